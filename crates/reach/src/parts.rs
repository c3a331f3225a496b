//! Which nodes belong together: parts in which every node can be reached from every other, one-way streets heeded.

use crate::network::{FAR, Segment};

/// Streets as lists of neighbours.
struct Neighbours {
    first: Vec<u32>,
    to: Vec<u32>,
}

impl Neighbours {
    fn new(nodes: usize, arcs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut first = vec![0u32; nodes + 1];
        for (from, _) in arcs.clone() {
            first[from as usize + 1] += 1;
        }
        for at in 0..nodes {
            first[at + 1] += first[at];
        }
        let mut next = first.clone();
        let mut to = vec![0; first[nodes] as usize];
        for (from, head) in arcs {
            let slot = &mut next[from as usize];
            to[*slot as usize] = head;
            *slot += 1;
        }
        Self { first, to }
    }

    fn of(&self, node: u32) -> &[u32] {
        &self.to[self.first[node as usize] as usize..self.first[node as usize + 1] as usize]
    }
}

/// The part of every node, counted from 0 (Kosaraju).
pub fn parts(nodes: usize, segments: &[Segment]) -> Vec<u32> {
    let arcs = segments.iter().flat_map(|one| {
        let ahead = (one.ahead != FAR).then_some((one.a, one.b));
        let back = (one.back != FAR).then_some((one.b, one.a));
        ahead.into_iter().chain(back)
    });
    let out = Neighbours::new(nodes, arcs.clone());
    let into = Neighbours::new(nodes, arcs.map(|(from, to)| (to, from)));
    // Nodes in the order in which a depth-first walk leaves them.
    let mut left = Vec::with_capacity(nodes);
    let mut seen = vec![false; nodes];
    let mut stack: Vec<(u32, usize)> = Vec::new();
    for start in 0..nodes as u32 {
        if std::mem::replace(&mut seen[start as usize], true) {
            continue;
        }
        stack.push((start, 0));
        while let Some((node, next)) = stack.last_mut() {
            if let Some(&head) = out.of(*node).get(*next) {
                *next += 1;
                if !std::mem::replace(&mut seen[head as usize], true) {
                    stack.push((head, 0));
                }
            } else {
                left.push(*node);
                stack.pop();
            }
        }
    }
    let mut part = vec![u32::MAX; nodes];
    let mut count = 0;
    let mut open = Vec::new();
    for &start in left.iter().rev() {
        if part[start as usize] != u32::MAX {
            continue;
        }
        part[start as usize] = count;
        open.push(start);
        while let Some(node) = open.pop() {
            for &head in into.of(node) {
                if part[head as usize] == u32::MAX {
                    part[head as usize] = count;
                    open.push(head);
                }
            }
        }
        count += 1;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_way_street_joins_only_where_there_is_a_way_back() {
        let both = |a, b| Segment { a, b, ahead: 1, back: 1 };
        let one = |a, b| Segment { a, b, ahead: 1, back: FAR };
        let found = parts(6, &[both(0, 1), one(1, 2), one(2, 3), one(3, 1), one(3, 4)]);
        assert!(found[..4].iter().all(|part| *part == found[0]), "{found:?}");
        assert_eq!(std::collections::BTreeSet::from_iter(&found).len(), 3);
    }
}
