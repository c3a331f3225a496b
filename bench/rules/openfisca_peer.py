"""The rules as an OpenFisca tax-benefit system: a variable for each distinct clause, one for each rule.

OpenFisca knows no missing values, so each fact has a second variable that says whether it is known, and a clause is a yes
only where all it reads is known; NOT is carried down to the comparisons, so that a rule's yes is ours to the record. Its
no and our unknown are then one and the same to it: it is asked for less than we answer. Its numbers are 32 bits wide, in
which no fen of a large sum has a place; here they are held in 64.

OpenFisca is a peer to measure against, installed by whoever runs this; nothing of it is part of Yingjin.
"""

import datetime
import functools
import json
import logging
import operator

import duckdb
import numpy
import polars

logging.getLogger("openfisca_core").setLevel(logging.ERROR)

from openfisca_core.entities import Entity  # noqa: E402
from openfisca_core.indexed_enums import Enum, EnumArray  # noqa: E402
from openfisca_core.periods import DateUnit  # noqa: E402
from openfisca_core.simulations import SimulationBuilder  # noqa: E402
from openfisca_core.taxbenefitsystems import TaxBenefitSystem  # noqa: E402
from openfisca_core.variables import Variable  # noqa: E402

PERIOD = "2020-12-01"
COMPARISONS = {
    "COMPARE_EQUAL": operator.eq,
    "COMPARE_NOTEQUAL": operator.ne,
    "COMPARE_LESSTHAN": operator.lt,
    "COMPARE_LESSTHANOREQUALTO": operator.le,
    "COMPARE_GREATERTHAN": operator.gt,
    "COMPARE_GREATERTHANOREQUALTO": operator.ge,
}


class Bench:
    """The system and a simulation of all firms. `frame` is a Polars frame of them."""

    def __init__(self, rules, frame):
        self.entity = Entity("firm", "firms", "A firm", "")
        self.system = TaxBenefitSystem([self.entity])
        self.frame = frame
        self.codes = {}
        self.inputs = {}
        for name in frame.columns:
            self.add_fact(name)
        self.clauses = {}
        self.rules = [self.add_rule(number, rule) for number, rule in enumerate(rules)]
        builder = SimulationBuilder()
        self.simulation = builder.build_default_simulation(self.system, len(frame))
        for name, array in self.inputs.items():
            self.simulation.set_input(name, PERIOD, array)

    def run(self):
        """Every rule computed anew; returns how many yeses there are."""
        for name in [*self.clauses.values(), *self.rules]:
            self.simulation.delete_arrays(name)
        return sum(int(self.simulation.calculate(name, PERIOD).sum()) for name in self.rules)

    def variable(self, name, value_type, formula=None, **more):
        attributes = {
            "value_type": value_type, "entity": self.entity, "definition_period": DateUnit.DAY, "label": name, **more,
        }  # fmt: skip
        if formula is not None:
            attributes["formula"] = formula
        self.system.add_variable(type(name, (Variable,), attributes))
        return self.system.get_variable(name)

    def add_fact(self, name):
        series = self.frame[name]
        self.variable(f"{name}_known", bool)
        self.inputs[f"{name}_known"] = series.is_not_null().to_numpy()
        if series.dtype == polars.Boolean:
            self.variable(name, bool)
            self.inputs[name] = series.fill_null(False).to_numpy()
        elif series.dtype == polars.Date:
            self.variable(name, datetime.date)
            self.inputs[name] = series.fill_null(datetime.date(1970, 1, 1)).to_numpy()
        elif series.dtype == polars.String and series.n_unique() < 1000:
            # Texts of which there are few are choices.
            choices = sorted(series.drop_nulls().unique())
            kind = Enum(f"{name}_choice", {f"c{place}": text for place, text in enumerate(choices)})
            first = next(iter(kind))
            self.variable(name, Enum, possible_values=kind, default_value=first)
            self.codes[name] = {text: place for place, text in enumerate(choices)}
            places = series.fill_null(choices[0]).replace_strict(self.codes[name], return_dtype=polars.Int16)
            self.inputs[name] = EnumArray(places.to_numpy().astype(numpy.uint8), kind)
        elif series.dtype == polars.String:
            self.variable(name, str)
            self.inputs[name] = numpy.array(series.fill_null("").to_list(), dtype=object)
        else:
            self.variable(name, float).dtype = numpy.dtype(numpy.float64)
            self.inputs[name] = series.cast(polars.Float64).fill_null(0.0).to_numpy()

    def add_rule(self, number, rule):
        text = duckdb.sql("SELECT json_serialize_sql($rule)", params={"rule": f"SELECT {rule}"}).fetchall()[0][0]
        tree = json.loads(text)["statements"][0]["node"]["select_list"][0]
        parts = tree["children"] if tree["type"] == "CONJUNCTION_AND" else [tree]
        names = [self.add_clause(part) for part in parts]

        def formula(firm, period):
            return functools.reduce(operator.and_, [firm(name, period) for name in names])

        return self.variable(f"rule_{number}", bool, formula).name

    def add_clause(self, tree):
        key = json.dumps(without_places(tree), ensure_ascii=False)
        if key not in self.clauses:
            name = f"clause_{len(self.clauses)}"
            yes = self.truth(tree, True)
            self.variable(name, bool, lambda firm, period: yes(lambda fact: firm(fact, period)))
            self.clauses[key] = name
        return self.clauses[key]

    def truth(self, tree, wanted):
        """A function from a reader of facts to the firms of which it is known that a condition is as wanted."""
        kind = tree["type"]
        if kind == "OPERATOR_NOT":
            return self.truth(tree["children"][0], not wanted)
        if kind in ("CONJUNCTION_AND", "CONJUNCTION_OR"):
            parts = [self.truth(part, wanted) for part in tree["children"]]
            join = operator.and_ if (kind == "CONJUNCTION_AND") == wanted else operator.or_
            return lambda read: functools.reduce(join, [part(read) for part in parts])
        names = sorted(set(columns(tree)))
        holds = self.condition(tree)

        def known(read):
            answer = holds(read)
            answer = answer if wanted else ~answer
            return functools.reduce(operator.and_, [read(f"{name}_known") for name in names], answer)

        return known

    def condition(self, tree):
        kind = tree["type"]
        if kind == "COLUMN_REF":
            name = tree["column_names"][0]
            return lambda read: read(name)
        if kind == "COMPARE_IN":
            name = tree["children"][0]["column_names"][0]
            places = [self.codes[name].get(constant(one), -1) for one in tree["children"][1:]]
            return lambda read: numpy.isin(read(name).view(numpy.ndarray), places)
        if kind == "COMPARE_BETWEEN":
            value, low, high = self.value(tree["input"]), constant(tree["lower"]), constant(tree["upper"])

            def between(read):
                found = value(read)
                return (low <= found) & (found <= high)

            return between
        if kind in COMPARISONS:
            compare, left, right = COMPARISONS[kind], tree["left"], tree["right"]
            if left["type"] == "COLUMN_REF" and left["column_names"][0] in self.codes:
                name = left["column_names"][0]
                place = self.codes[name].get(constant(right), -1)
                return lambda read: compare(read(name).view(numpy.ndarray), place)
            left, right = self.value(left), self.value(right)
            return lambda read: compare(left(read), right(read))
        if kind == "FUNCTION" and tree["function_name"] == "~~":
            name, pattern = (part["expression"] for part in tree["arguments"])
            return like(name["column_names"][0], constant(pattern))
        raise ValueError(f"a rule has {kind}, which is not written for OpenFisca yet")

    def value(self, tree):
        if tree["type"] == "COLUMN_REF":
            name = tree["column_names"][0]
            return lambda read: read(name)
        if tree["type"] == "FUNCTION" and tree["function_name"] == "*":
            left, right = (self.value(part["expression"]) for part in tree["arguments"])
            return lambda read: left(read) * right(read)
        fixed = constant(tree)
        return lambda _: fixed


def like(name, pattern):
    text = pattern.strip("%")
    if "%" in text or "_" in text:
        raise ValueError(f"LIKE '{pattern}' is not written for OpenFisca yet")
    holds = {
        (True, True): lambda one: text in one,
        (True, False): lambda one: one.endswith(text),
        (False, True): lambda one: one.startswith(text),
        (False, False): lambda one: one == text,
    }[pattern.startswith("%"), pattern.endswith("%")]
    return lambda read: numpy.fromiter(map(holds, read(name)), dtype=bool)


def constant(tree):
    if tree["type"] == "OPERATOR_CAST":
        return numpy.datetime64(constant(tree["child"]))
    text = tree["literal"]["text"]
    return {"STRING": str, "INTEGER": int, "NUMERIC": float}[tree["literal"]["kind"]](text)


def columns(tree):
    """The facts an expression reads."""
    if isinstance(tree, list):
        for part in tree:
            yield from columns(part)
    elif isinstance(tree, dict):
        yield from tree.get("column_names", [])
        for part in tree.values():
            yield from columns(part)


def without_places(tree):
    """An expression without where it stood, so that the same clause of two rules is the same."""
    if isinstance(tree, list):
        return [without_places(part) for part in tree]
    if isinstance(tree, dict):
        return {key: without_places(part) for key, part in tree.items() if not key.startswith("query_location")}
    return tree
