/// Defines an enumeration that is a text column, a GraphQL enum and a dictionary kind at once.
#[macro_export]
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
        pub enum $name { $($(#[$note])* $variant,)+ }
        impl $name {
            /// Every value, in dictionary order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// The code in columns, dictionaries and imports.
            pub fn code(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            /// The value of a code.
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$variant),)+ _ => None } }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.serialize_str(self.code()) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let code = <String as serde::Deserialize>::deserialize(from)?;
                Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("no such code"))
            }
        }
    };
}
