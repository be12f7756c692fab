//! The shape of a report before its meaning: depth, counts, lengths, duplicate keys, characters. Walks the bytes once and keeps nothing.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::open::Key;
use super::parse::limits;
use crate::problem::FieldError;

/// Where in the document.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn write(&self, out: &mut String) {
        match self {
            Self::Root => {}
            Self::Member(parent, key) => {
                parent.write(out);
                let shown: String = key.chars().take(limits::KEY_CHARS).collect();
                push_segment(out, &shown);
            }
            Self::Item(parent, index) => {
                parent.write(out);
                push_segment(out, &index.to_string());
            }
        }
    }
}

/// Adds one step to a JSON pointer (RFC 6901 §3).
pub(super) fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
}

struct Scan<'de> {
    errors: RefCell<Vec<FieldError>>,
    /// Keys of the objects being walked, innermost last.
    keys: RefCell<Vec<Cow<'de, str>>>,
}

/// Every broken limit (at most `limits::ERRORS`); empty = the shape is acceptable JSON.
pub(super) fn scan(json: &[u8]) -> Vec<FieldError> {
    let scan = Scan { errors: RefCell::default(), keys: RefCell::default() };
    let mut de = serde_json::Deserializer::from_slice(json);
    let walked = Node { scan: &scan, path: Path::Root, depth: 0 }.deserialize(&mut de).and_then(|()| de.end());
    let mut errors = scan.errors.into_inner();
    if let Err(error) = walked
        && errors.is_empty()
    {
        errors.push(FieldError { pointer: String::new(), rule: format!("must be JSON: {error}") });
    }
    errors
}

#[derive(Clone, Copy)]
struct Node<'s, 'de> {
    scan: &'s Scan<'de>,
    path: Path<'s>,
    depth: usize,
}

impl Node<'_, '_> {
    /// Notes a broken rule; the walk stops once there are enough of them.
    fn refuse<E: de::Error>(&self, rule: impl Into<String>) -> Result<(), E> {
        let mut pointer = String::new();
        self.path.write(&mut pointer);
        let mut errors = self.scan.errors.borrow_mut();
        errors.push(FieldError { pointer, rule: rule.into() });
        if errors.len() >= limits::ERRORS { Err(E::custom("too many errors")) } else { Ok(()) }
    }

    fn text<E: de::Error>(&self, text: &str) -> Result<(), E> {
        if is_plain(text) && text.len() <= limits::STRING_CHARS {
            return Ok(());
        }
        if text.len() > limits::STRING_CHARS && text.chars().count() > limits::STRING_CHARS {
            return self.refuse(format!("at most {} characters", limits::STRING_CHARS));
        }
        if text.chars().any(is_unprintable) {
            return self.refuse("no control characters and none that turn the direction of writing");
        }
        Ok(())
    }

    fn container<E: de::Error>(&self) -> Result<(), E> {
        if self.depth < limits::DEPTH {
            return Ok(());
        }
        self.refuse(format!("nested at most {} deep", limits::DEPTH))?;
        Err(E::custom("nested too deep"))
    }
}

/// Printable ASCII throughout: the usual case, without a look at each character.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| (0x20..0x7f).contains(&b))
}

/// Control characters and the bidirectional overrides that make text read as something else.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.text(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.container()?;
        let mut index = 0;
        while seq.next_element_seed(Node { path: Path::Item(&self.path, index), depth: self.depth + 1, ..self })?.is_some() {
            index += 1;
            if index > limits::ITEMS {
                self.refuse::<A::Error>(format!("at most {} items", limits::ITEMS))?;
                return Err(de::Error::custom("too many items"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.container()?;
        let start = self.scan.keys.borrow().len();
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            let at = Node { path: Path::Member(&self.path, &key), depth: self.depth + 1, ..self };
            if key.len() > limits::KEY_CHARS || (!is_plain(&key) && key.chars().any(is_unprintable)) {
                at.refuse::<A::Error>(format!("a name has at most {} bytes and no control characters", limits::KEY_CHARS))?;
            }
            if self.scan.keys.borrow()[start..].contains(&key) {
                at.refuse::<A::Error>("each name once per object")?;
            }
            map.next_value_seed(at)?;
            let mut keys = self.scan.keys.borrow_mut();
            keys.push(key);
            if keys.len() - start > limits::ITEMS {
                drop(keys);
                self.refuse::<A::Error>(format!("at most {} members", limits::ITEMS))?;
                return Err(de::Error::custom("too many members"));
            }
        }
        self.scan.keys.borrow_mut().truncate(start);
        Ok(())
    }
}
