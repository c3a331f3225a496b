//! Ctrl-C: asks long work to end early, so that what is done can be written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// True from the first Ctrl-C on.
pub fn watch() -> Arc<AtomicBool> {
    let asked = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&asked);
    // A thread of its own, which ends with the program.
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            flag.store(true, Ordering::Relaxed);
        }
    });
    asked
}
