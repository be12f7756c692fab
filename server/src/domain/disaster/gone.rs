//! How a device of a facility is gone in a disaster. One act notes many.

super::words!(
    /// How it is gone.
    Gone {
        /// 水没.
        Flooded = "flooded", "gone-flooded";
        /// 流失.
        WashedAway = "washed_away", "gone-washed-away";
        /// 所在不明.
        Missing = "missing", "gone-missing";
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_being_stored() {
        assert!(Gone::ALL.iter().all(|gone| Gone::from_word(gone.as_str()) == Some(*gone)));
        assert_eq!(Gone::from_word("burnt"), None);
    }
}
