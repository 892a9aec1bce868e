use async_graphql::{InputType, Value as Input};
use serde_json::Value;
use zhibu_core::{Error, Result};

/// Reads a list's filter that came as JSON. What the list does not know is refused: left out, it would give more rows
/// than were asked for.
pub fn filter<T: InputType>(value: &Value) -> Result<T> {
    let fault = || Error::invalid("filter", "筛选条件无效");
    let input = Input::from_json(value.clone()).map_err(|_| fault())?;
    let read = T::parse(Some(input.clone())).map_err(|_| fault())?;
    if knows(&read.to_value(), &input) { Ok(read) } else { Err(fault()) }
}

fn knows(read: &Input, given: &Input) -> bool {
    let (Input::Object(read), Input::Object(given)) = (read, given) else { return true };
    given.iter().all(|(key, given)| read.get(key).is_some_and(|read| knows(read, given)))
}

#[cfg(test)]
mod tests {
    use async_graphql::InputObject;
    use serde_json::json;

    #[derive(InputObject)]
    struct Part {
        from: Option<i32>,
    }

    #[derive(InputObject)]
    struct Whole {
        search: Option<String>,
        part_of: Option<Part>,
    }

    #[test]
    fn what_a_filter_does_not_know_is_refused() {
        let read = super::filter::<Whole>(&json!({"search": "a", "partOf": {"from": 1}})).unwrap();
        assert_eq!((read.search.as_deref(), read.part_of.and_then(|part| part.from)), (Some("a"), Some(1)));
        super::filter::<Whole>(&json!({"search": null})).unwrap();
        for wrong in [
            json!({"zz": 1}),
            json!({"part_of": {}}),
            json!({"partOf": {"to": 1}}),
            json!({"search": 1}),
            json!([]),
            json!("a"),
            json!(null),
        ] {
            let refused = super::filter::<Whole>(&wrong).err().unwrap();
            assert_eq!((refused.code, refused.field.as_deref()), ("INVALID", Some("filter")), "{wrong}");
        }
    }
}
