//! From parameters to a request the application may run: every cap that acts before the
//! schema.

use async_graphql::{
    Request, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
    },
};

use crate::{App, Limits, params::Params, refusal::Refusal, scan, shape};

/// A request within the caps, with its parsed document.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    pub(crate) kind: OperationType,
    pub(crate) name: Option<String>,
}

pub(crate) fn prepare<A: App>(app: &A, limits: &Limits, params: Params) -> Result<Prepared, Refusal> {
    let text = text(app, &params)?;
    params.check_text()?;
    scan::scan(&text, limits)?;
    let document = parse_query(&text).map_err(|error| unparsable(error.into()))?;
    shape::check(&document, &params.variables, limits)?;
    let (operation, name) = operation(&document, params.operation_name.as_deref())?;
    check_required(operation, &params.variables)?;
    let kind = operation.ty;
    let mut request = Request::new(text).variables(params.variables);
    request.operation_name = params.operation_name;
    request.extensions = params.extensions;
    request.set_parsed_query(document);
    Ok(Prepared { request, kind, name })
}

fn text<A: App>(app: &A, params: &Params) -> Result<String, Refusal> {
    match (&params.query, &params.document_id) {
        (Some(query), _) => Ok(query.clone()),
        (None, Some(id)) => app
            .document(id)
            .map(|text| text.to_string())
            .ok_or_else(|| Refusal::of_document("UNKNOWN_DOCUMENT", "没有登记过这个查询文档")),
        (None, None) => Err(Refusal::bad_request("缺少参数 query")),
    }
}

fn unparsable(error: ServerError) -> Refusal {
    Refusal { locations: error.locations, ..Refusal::of_document("PARSE_ERROR", error.message) }
}

fn operation<'a>(
    document: &'a ExecutableDocument,
    asked: Option<&str>,
) -> Result<(&'a OperationDefinition, Option<String>), Refusal> {
    let unknown = || Refusal::of_document("VALIDATION_ERROR", "文档中没有指定名称的操作");
    match (&document.operations, asked) {
        (DocumentOperations::Single(one), None) => Ok((&one.node, None)),
        (DocumentOperations::Single(_), Some(_)) => Err(unknown()),
        (DocumentOperations::Multiple(all), Some(name)) => {
            all.get(name).map(|found| (&found.node, Some(name.to_owned()))).ok_or_else(unknown)
        }
        (DocumentOperations::Multiple(all), None) => match all.iter().next() {
            Some((name, one)) if all.len() == 1 => Ok((&one.node, Some(name.to_string()))),
            _ => Err(Refusal::of_document("VALIDATION_ERROR", "文档有多个操作，须指定 operationName")),
        },
    }
}

/// The library notices a missing variable only in the field that uses it, when other
/// fields may already have run.
fn check_required(operation: &OperationDefinition, variables: &Variables) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let given = variables.get(&variable.name.node);
        let missing = match given {
            None => variable.default_value.is_none(),
            Some(value) => *value == Value::Null,
        };
        if missing && !variable.var_type.node.nullable {
            let message = format!("变量 ${} 必须给出且不能为空", variable.name.node);
            let refusal = Refusal::of_document("BAD_INPUT", message);
            return Err(Refusal { locations: vec![definition.pos], ..refusal });
        }
    }
    Ok(())
}
