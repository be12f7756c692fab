//! Reading structs that keep what they do not know. Written by hand (as a macro) because serde's `flatten` buffers every field:
//! it triples the cost of a report and loses the place of an error.

/// `deserialize_open!(Type { required: a, b; optional: c, d })`: unknown fields go to `foreign`.
macro_rules! deserialize_open {
    ($type:ident { required: $($required:ident),*; optional: $($optional:ident),+ $(,)? }) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                struct Open;
                impl<'de> serde::de::Visitor<'de> for Open {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$type, A::Error> {
                        $(let mut $required = None;)*
                        $(let mut $optional = None;)+
                        let mut foreign = std::collections::BTreeMap::new();
                        while let Some(key) = map.next_key::<$crate::report::open::Key<'de>>()? {
                            match key.0.as_ref() {
                                $(stringify!($required) => $required = Some(map.next_value()?),)*
                                $(stringify!($optional) => $optional = map.next_value()?,)+
                                _ => {
                                    foreign.insert(key.0.into_owned(), map.next_value()?);
                                }
                            }
                        }
                        Ok($type {
                            $($required: $required.ok_or_else(|| serde::de::Error::missing_field(stringify!($required)))?,)*
                            $($optional,)+
                            foreign,
                        })
                    }
                }
                d.deserialize_map(Open)
            }
        }
    };
}
pub(super) use deserialize_open;

/// A field's name, borrowed where the JSON has no escapes in it.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Key<'a>(#[serde(borrow)] pub(super) std::borrow::Cow<'a, str>);
