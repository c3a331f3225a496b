//! The authors' own implementation on a made-up network of 1,000 firms.

use chain::Settings;
use chain::esri::{self, Work};

use crate::shared;

#[test]
fn every_firm_of_net1000_is_as_published() {
    let Some(network) = shared::net1000() else { return };
    let Some(published) = shared::data("chain/net1000_ref_n4_eps0.01_s1000.csv") else { return };
    let losses = esri::all(&network, Work { settings: Settings::REFERENCE, threads: 2 });
    let published = shared::rows(&published);
    assert_eq!(published.len(), 1001);
    for row in &published[1..] {
        let loss = losses[network.find(&row[0]).unwrap()];
        for (ours, theirs) in [(loss.both, &row[1]), (loss.down, &row[2]), (loss.up, &row[3])] {
            let theirs: f64 = theirs.parse().unwrap();
            assert!((ours - theirs).abs() <= 1e-12, "firm {}: {ours} for {theirs}", row[0]);
        }
        assert_eq!(loss.steps.to_string(), row[4], "steps of firm {}", row[0]);
    }
}
