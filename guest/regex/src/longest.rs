//! POSIX's choice among the matches that start at one place: the longest.

use crate::{Captures, Error};
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, pikevm::PikeVM};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Hir, Look};
use std::cell::{OnceCell, RefCell};

/// Automata that are built when they are first needed.
pub(crate) struct Longest {
    hir: Hir,
    /// Follows every alternative to the end.
    all: OnceCell<Option<(DFA, RefCell<Cache>)>>,
    /// The same, slower, for what the other gives up on.
    all_slow: OnceCell<Option<PikeVM>>,
    /// Matches only to the very end, to find the groups of a match whose end is known.
    to_end: OnceCell<Option<PikeVM>>,
}

impl std::fmt::Debug for Longest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Longest").field("hir", &self.hir).finish_non_exhaustive()
    }
}

fn nfa(hir: &Hir, captures: thompson::WhichCaptures) -> Option<thompson::NFA> {
    let config = thompson::Config::new().utf8(false).which_captures(captures).nfa_size_limit(Some(crate::SIZE_LIMIT));
    thompson::Compiler::new().configure(config).build_from_hir(hir).ok()
}

impl Longest {
    pub fn new(hir: Hir) -> Longest {
        Longest { hir, all: OnceCell::new(), all_slow: OnceCell::new(), to_end: OnceCell::new() }
    }

    /// The end of the longest match that starts at `start`.
    pub fn end(&self, text: &[u8], start: usize) -> Result<Option<usize>, Error> {
        let input = Input::new(text).range(start..).anchored(Anchored::Yes);
        let all = self.all.get_or_init(|| {
            let nfa = nfa(&self.hir, thompson::WhichCaptures::None)?;
            let config =
                DFA::config().match_kind(MatchKind::All).unicode_word_boundary(true).skip_cache_capacity_check(true);
            let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
            let cache = RefCell::new(dfa.create_cache());
            Some((dfa, cache))
        });
        if let Some((dfa, cache)) = all
            && let Ok(mut cache) = cache.try_borrow_mut()
            && let Ok(found) = dfa.try_search_fwd(&mut cache, &input)
        {
            return Ok(found.map(|half| half.offset()));
        }
        let slow = self.all_slow.get_or_init(|| {
            let nfa = nfa(&self.hir, thompson::WhichCaptures::All)?;
            let config = PikeVM::config().match_kind(MatchKind::All);
            PikeVM::builder().configure(config).build_from_nfa(nfa).ok()
        });
        let slow = slow.as_ref().ok_or_else(|| Error::new("Regular expression too big"))?;
        let mut slots = [None; 2];
        let found = slow.search_slots(&mut slow.create_cache(), &input, &mut slots);
        Ok(found.and(slots[1]).map(|end| end.get()))
    }

    /// The groups of the match from `start` to `end`.
    pub fn captures(&self, text: &[u8], start: usize, end: usize) -> Result<Option<Captures>, Error> {
        let to_end = self.to_end.get_or_init(|| {
            let hir = Hir::concat(vec![self.hir.clone(), Hir::look(Look::End)]);
            let nfa = nfa(&hir, thompson::WhichCaptures::All)?;
            PikeVM::builder().build_from_nfa(nfa).ok()
        });
        let to_end = to_end.as_ref().ok_or_else(|| Error::new("Regular expression too big"))?;
        let input = Input::new(&text[..end]).range(start..).anchored(Anchored::Yes);
        let mut captures = to_end.create_captures();
        to_end.search(&mut to_end.create_cache(), &input, &mut captures);
        if !captures.is_match() {
            // A place at the end (`\B`) that looks different without what follows.
            return Ok(None);
        }
        let groups = (0..captures.group_len()).map(|group| captures.get_group(group).map(|span| span.range()));
        Ok(Some(Captures(groups.collect())))
    }
}
