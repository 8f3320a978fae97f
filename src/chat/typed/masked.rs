//! Code, quotes and quoted values: text that is not a command, though it may be part of what a command says.
//!
//! Each such piece is replaced by one placeholder while the command is read, and put back into the texts that come out.

/// Placeholders are tag characters: `clean` has taken every one of them out of what was typed.
const FIRST: u32 = 0xe_0000;
/// As many placeholders as there are tag characters. Pieces past them stay as they are, which no message of 4,000
/// characters reaches.
const MOST: usize = 0x1000;

/// A text with its pieces masked.
pub(super) struct Masked {
    said: String,
    pieces: Vec<Piece>,
}

enum Piece {
    /// A code block or inline code, with its backticks.
    Code(String),
    /// What stands in double quotes, with the quotes.
    Quoted(String),
}

impl Masked {
    /// Masks `text`, which is clean; quote lines (`> …`) are left out, as they are somebody else's words.
    pub(super) fn new(text: &str) -> Self {
        let mut masked = Self { said: String::with_capacity(text.len()), pieces: Vec::new() };
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            let line_start = at == 0 || text[..at].ends_with('\n');
            if line_start && rest.starts_with(">>> ") {
                break;
            }
            if line_start && rest.starts_with('>') {
                at += rest.find('\n').map_or(rest.len(), |end| end + 1);
                continue;
            }
            let piece = code_len(rest)
                .map(|len| (len, Piece::Code(rest[..len].to_owned())))
                .or_else(|| quoted_len(&text[..at], rest).map(|len| (len, Piece::Quoted(rest[..len].to_owned()))));
            match piece {
                Some((len, piece)) if masked.pieces.len() < MOST => {
                    masked.said.extend(placeholder(masked.pieces.len()));
                    masked.pieces.push(piece);
                    at += len;
                }
                _ => {
                    masked.said.push(c);
                    at += c.len_utf8();
                }
            }
        }
        // A command does not begin with code.
        while let Some(Piece::Code(_)) = masked.said.trim_start().chars().next().and_then(|c| masked.piece(c)) {
            let skip = masked.said.len() - masked.said.trim_start().len() + placeholder(0).map_or(0, char::len_utf8);
            masked.said.drain(..skip);
        }
        masked
    }

    /// The text with its placeholders.
    pub(super) fn said(&self) -> &str {
        &self.said
    }

    /// `part` without the placeholders of code.
    pub(super) fn without_code(&self, part: &str) -> String {
        part.chars().filter(|&c| !matches!(self.piece(c), Some(Piece::Code(_)))).collect()
    }

    /// `part` as it was typed.
    pub(super) fn restored(&self, part: &str) -> String {
        let mut restored = String::with_capacity(part.len());
        for c in part.chars() {
            match self.piece(c) {
                Some(Piece::Code(raw) | Piece::Quoted(raw)) => restored.push_str(raw),
                None => restored.push(c),
            }
        }
        restored
    }

    /// `part` as a value: if it is one quoted piece, what stands between the quotes; else as it was typed.
    pub(super) fn value(&self, part: &str) -> String {
        let part = part.trim();
        let mut chars = part.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && let Some(Piece::Quoted(raw)) = self.piece(c)
        {
            let mut inside = raw.chars();
            inside.next();
            inside.next_back();
            return inside.as_str().replace("\\\"", "\"");
        }
        self.restored(part)
    }

    /// Whether `c` stands for something quoted.
    pub(super) fn is_quoted(&self, c: char) -> bool {
        matches!(self.piece(c), Some(Piece::Quoted(_)))
    }

    fn piece(&self, c: char) -> Option<&Piece> {
        let index = u32::from(c).checked_sub(FIRST)?;
        self.pieces.get(usize::try_from(index).ok()?)
    }
}

fn placeholder(index: usize) -> Option<char> {
    char::from_u32(FIRST + u32::try_from(index).ok()?)
}

/// The length of the code at the start of `text`: as many backticks again close it.
fn code_len(text: &str) -> Option<usize> {
    let fence = text.bytes().take_while(|&b| b == b'`').count();
    if fence == 0 {
        return None;
    }
    let mut at = fence;
    loop {
        at += text[at..].find('`')?;
        let run = text[at..].bytes().take_while(|&b| b == b'`').count();
        at += run;
        // A block's fence may be longer than it needs; inline code's may not.
        if run == fence || (fence >= 3 && run > fence) {
            return Some(at);
        }
    }
}

/// The length of the quoted piece at the start of `text`: it begins a word or a value, and ends one.
fn quoted_len(before: &str, text: &str) -> Option<usize> {
    if !before.chars().next_back().is_none_or(|c| c.is_whitespace() || c == ':') {
        return None;
    }
    let mut chars = text.char_indices();
    // Phones write curly quotes, German ones low ones, and either may mix with straight ones.
    let closing: &[char] = match chars.next()?.1 {
        '"' => &['"'],
        '“' => &['”', '"'],
        '„' => &['“', '”', '"'],
        _ => return None,
    };
    let mut escaped = false;
    for (at, c) in chars {
        let behind = &text[at + c.len_utf8()..];
        if closing.contains(&c)
            && !escaped
            && behind.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, ',' | ';' | '.'))
        {
            return Some(at + c.len_utf8());
        }
        escaped = c == '\\' && !escaped;
    }
    None
}
