//! Whether a row is its importer's to tell: an account limited to an area takes only records of that area.

use std::collections::BTreeMap;

use model::record::read_facts;
use model::{Areas, FactId, Kind, KindId, RecordId, Value};

use super::Run;
use crate::import::error::ImportError;
use crate::import::matching::Found;
use crate::import::plan::SheetPlan;
use crate::import::reason::{Outside, Reason};
use crate::import::report::Remark;
use crate::whereabouts;

impl<'a> Run<'a> {
    /// Why a row must not be taken, if its importer is limited to an area: the record lies outside it as the register
    /// has it, or would with what the row tells, or may.
    pub(super) fn outside(
        &mut self,
        plan: &SheetPlan<'a>,
        found: &Found,
        told: &BTreeMap<FactId, Value>,
    ) -> Result<Option<Remark>, ImportError> {
        if self.setting.area.is_none() {
            return Ok(None);
        }
        let kind = self.setting.city.kind;
        let (mut facts, candidates) = match found {
            Found::One(id, _) => {
                let facts = self.facts_of(kind, id)?.unwrap_or_default();
                if !self.is_inside(kind, &facts)?.unwrap_or(false) {
                    return Ok(self.said(Outside::Registered).map(Remark::of_row));
                }
                (facts, None)
            }
            Found::None(_) => (BTreeMap::new(), None),
            Found::Unsure(_, candidates) => {
                if self.may_be_outside(kind, candidates)? {
                    return Ok(self.said(Outside::Perhaps).map(Remark::of_row));
                }
                (BTreeMap::new(), Some(candidates))
            }
        };
        facts.extend(told.iter().map(|(fact, value)| (fact.clone(), value.clone())));
        let outside = match self.is_inside(kind, &facts)? {
            Some(true) => return Ok(None),
            // All that it may be lies inside, and it says nothing else.
            None if candidates.is_some_and(|ids| !ids.is_empty()) => return Ok(None),
            Some(false) => Outside::Told,
            None => Outside::Unknown,
        };
        let column =
            whereabouts::first_step(kind).and_then(|step| self.heading_of(plan, &FactId::from(step)));
        Ok(self.said(outside).map(|reason| Remark { column, ..Remark::of_row(reason) }))
    }

    /// What is said instead of the names of records that a reference may mean, where some lie outside the area of the
    /// importer: those are not this reader's to know of.
    pub(super) fn unnamed(
        &mut self,
        kind: &Kind,
        candidates: &[RecordId],
    ) -> Result<Option<Reason>, ImportError> {
        let hides = self.setting.area.is_some() && self.may_be_outside(kind, candidates)?;
        Ok(self.said(Outside::Perhaps).filter(|_| hides))
    }

    fn said(&self, outside: Outside) -> Option<Reason> {
        let own = self.setting.area.as_deref().and_then(|code| self.setting.city.areas.get(code))?;
        Some(Reason::OutsideArea(own.name.clone(), outside))
    }

    fn may_be_outside(&mut self, kind: &Kind, candidates: &[RecordId]) -> Result<bool, ImportError> {
        for id in candidates {
            let facts = self.facts_of(kind, id)?.unwrap_or_default();
            if !self.is_inside(kind, &facts)?.unwrap_or(false) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a record with these facts lies in the importer's area; none if that cannot be told.
    fn is_inside(
        &mut self,
        kind: &Kind,
        facts: &BTreeMap<FactId, Value>,
    ) -> Result<Option<bool>, ImportError> {
        let (setting, import) = (self.setting, &mut self.import);
        let kinds = setting.city.kinds;
        let area = whereabouts::area_of(kinds, (kind, facts), |kind: &KindId, id: &RecordId| {
            let record = import.record(kind, id)?;
            let declared = kinds.iter().find(|declared| declared.id == *kind);
            Ok::<_, ImportError>(record.zip(declared).map(|(record, kind)| read_facts(kind, &record.facts)))
        })?;
        let within = |own: &str, areas: &Areas| area.as_deref().map(|area| areas.within(area, own));
        Ok(setting.area.as_deref().and_then(|own| within(own, setting.city.areas)))
    }

    fn facts_of(
        &mut self,
        kind: &Kind,
        id: &RecordId,
    ) -> Result<Option<BTreeMap<FactId, Value>>, ImportError> {
        Ok(self.import.record(&kind.id, id)?.map(|record| read_facts(kind, &record.facts)))
    }
}
