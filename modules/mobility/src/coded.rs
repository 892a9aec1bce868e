/// Defines an enumeration that is a text column and a GraphQL enum at once.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
        pub enum $name { $($(#[$note])* $variant,)+ }
        impl $name {
            /// The code in columns and dictionaries.
            pub fn code(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            /// The value of a code.
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$variant),)+ _ => None } }
        }
    };
}

pub(crate) use coded;
