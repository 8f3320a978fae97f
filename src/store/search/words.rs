//! Words, as both databases keep them. Their own notions of a word differ, so neither is asked: a text is taken apart here, and what the
//! databases are given are words with spaces between.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::number::Kind;
use crate::snowflake::GuildId;

/// Letters of a word that count. What is longer is no word, but a key or a path.
const LONGEST: usize = 64;
/// The longest start of a title's word that is kept as a word of its own: whoever types is answered at each of so many letters.
const LONGEST_START: usize = 8;
/// Words of one search; what people type has fewer.
const SEARCHED: usize = 16;

/// The words that are searched for, in the order of their typing and each once. None of them holds anything but letters and digits.
pub fn searched(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in apart(text).map(fold).filter(|word| !word.is_empty()) {
        if !words.contains(&word) && words.len() < SEARCHED {
            words.push(word);
        }
    }
    words
}

/// The pieces of `text` that are words, as they stand in it.
pub fn apart(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// What makes two words the same: case, accents and the width of letters do not.
pub fn fold(word: &str) -> String {
    word.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .take(LONGEST)
        .collect()
}

/// The words of a text, each once.
pub(super) fn of(text: &str) -> BTreeSet<String> {
    apart(text).map(fold).filter(|word| !word.is_empty()).collect()
}

/// The starts of the words of a title, without those words themselves.
pub(super) fn starts(title: &str) -> BTreeSet<String> {
    let mut starts = BTreeSet::new();
    for word in of(title) {
        let letters = word.chars().count();
        starts.extend(
            (1..=LONGEST_START)
                .take_while(|length| *length < letters)
                .map(|length| word.chars().take(length).collect()),
        );
    }
    starts
}

/// What stands before every word of a guild's records of one kind: the kind's letter, and the guild in the digits 0 to 9 and a to z.
pub fn scope(guild: GuildId, kind: Kind) -> String {
    let mut digits = Vec::new();
    let mut rest = guild.0;
    while rest > 0 {
        digits.push(char::from_digit((rest % 36) as u32, 36).unwrap_or('0'));
        rest /= 36;
    }
    let kind = kind.prefix().chars().next().unwrap_or('x').to_ascii_lowercase();
    format!("{kind}{}.", digits.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_every_dress() {
        assert_eq!(searched("Café CAFE ｃａｆé"), ["cafe"]);
        assert_eq!(searched("node-7: 10:05, db_main"), ["node", "7", "10", "05", "db", "main"]);
        assert_eq!(searched("\"; DROP TABLE incident; --"), ["drop", "table", "incident"]);
        assert!(searched("… 🙂 --").is_empty());
    }

    #[test]
    fn a_title_is_found_by_the_starts_of_its_words() {
        assert_eq!(starts("Pay up").into_iter().collect::<Vec<_>>(), ["p", "pa", "u"]);
        assert_eq!(starts("authentication").len(), LONGEST_START);
    }

    #[test]
    fn no_two_guilds_share_a_word() {
        assert_eq!(scope(GuildId(42), Kind::Incident), "i16.");
        assert_eq!(scope(GuildId(u64::MAX), Kind::Change), "c3w5e11264sgsf.");
    }
}
