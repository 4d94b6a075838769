//! `publish --watch`: builds and publishes whenever time alone changes the site, and catches up after a sleep.

use crate::build;
use crate::publish::{self, Options, Report};

/// One turn of the watch.
#[derive(Debug)]
pub struct Turn {
    /// When it was, seconds since 1970.
    pub now: i64,
    /// What was built.
    pub built: build::Report,
    /// What was published; `None` when the build failed.
    pub published: Option<Report>,
    /// When the next turn is.
    pub next: i64,
}

/// Clock and bed of a watch.
pub trait World {
    /// Seconds since 1970.
    fn now(&mut self) -> i64;
    /// Waits for about so many seconds; it may be longer, as a machine sleeps.
    fn wait(&mut self, seconds: u32);
    /// Hears of a turn; the answer is whether to go on.
    fn said(&mut self, turn: &Turn) -> bool;
}

/// Looks at the clock at least so often, in seconds: a machine that slept is noticed by it.
const SLICE: i64 = 20;
/// Builds and publishes at least so often: somebody may have changed the content.
const HOUR: i64 = 3600;
/// After a failure, tries again after so many seconds, then twice as many, at most [`MOST`].
const FIRST: i64 = 30;
const MOST: i64 = 900;

/// Builds and publishes, again and again, until the world says stop.
pub fn watch(build: &build::Options, options: &Options, world: &mut dyn World) {
    struct Silent;
    impl build::Progress for Silent {
        fn step(&self, _: usize, _: usize) {}
    }
    let mut pause = FIRST;
    loop {
        let now = world.now();
        let mut build = build.clone();
        build.wishes.clock.now = now;
        let built = build::build(&build, &Silent);
        let is_built = built.exit == 0 || built.exit == 4 && options.allow_incomplete;
        let published = is_built.then(|| publish::run(&Options { now, ..options.clone() }, &mut |_| {}));
        let is_fine = published.as_ref().is_some_and(|report| report.exit == 0);
        let removal = published.as_ref().and_then(|report| report.plan.as_ref()?.next_due);
        let due = [built.next_due, removal].into_iter().flatten().min().unwrap_or(i64::MAX);
        let next = if is_fine { due.min(now + HOUR) } else { now + pause };
        pause = if is_fine { FIRST } else { (pause * 2).min(MOST) };
        let turn = Turn { now, built, published, next };
        if !world.said(&turn) {
            return;
        }
        loop {
            let left = turn.next - world.now();
            if left <= 0 {
                break;
            }
            world.wait(u32::try_from(left.min(SLICE)).unwrap_or(1));
        }
    }
}
