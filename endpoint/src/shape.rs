//! Counts a parsed document with its fragments expanded, each fragment measured once.
//! The schema's own checks walk every spread again, so thirty fragments that each spread
//! the next one twice would keep it busy for minutes.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{Directive, ExecutableDocument, OperationType, Selection, SelectionSet},
};
use async_graphql_value::{ConstValue, Value};

use crate::{Limits, refusal::Refusal, scan::too_complex};

/// Refuses documents that ask for more than the limits once expanded.
pub(crate) fn check(document: &ExecutableDocument, variables: &Variables, limits: &Limits) -> Result<(), Refusal> {
    if document.operations.iter().len() > limits.operations {
        return Err(too_complex("查询文档中的操作过多"));
    }
    let sizes: HashMap<&str, usize> = variables.iter().map(|(name, value)| (name.as_str(), size(value))).collect();
    let own = sizes.values().fold(0, |sum: usize, size| sum.saturating_add(*size));
    let mut scale = Scale { document, sizes, fragments: HashMap::new() };
    let mut total = Weight::default();
    for (_, operation) in document.operations.iter() {
        let weight = scale.set(&operation.node.selection_set.node)?;
        let roots = match operation.node.ty {
            OperationType::Subscription => 1,
            OperationType::Query | OperationType::Mutation => limits.root_fields,
        };
        if weight.level > roots {
            return Err(too_complex("一次请求的顶层字段过多"));
        }
        total.add(weight);
    }
    if total.aliases > limits.aliases {
        return Err(too_complex("查询中的别名过多"));
    }
    if total.selections > limits.selections {
        return Err(too_complex("查询展开后过大"));
    }
    if total.copies > own.saturating_add(limits.variable_copies) {
        return Err(too_complex("变量被重复使用的次数过多"));
    }
    Ok(())
}

#[derive(Debug, Default, Clone, Copy)]
struct Weight {
    /// Fields at this level.
    level: usize,
    selections: usize,
    aliases: usize,
    /// Values copied out of variables.
    copies: usize,
}

impl Weight {
    fn add(&mut self, other: Self) {
        self.level = self.level.saturating_add(other.level);
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.copies = self.copies.saturating_add(other.copies);
    }
}

struct Scale<'a> {
    document: &'a ExecutableDocument,
    sizes: HashMap<&'a str, usize>,
    /// `None` while a fragment is being measured: meeting it again is a cycle.
    fragments: HashMap<&'a str, Option<Weight>>,
}

impl<'a> Scale<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Result<Weight, Refusal> {
        let mut total = Weight::default();
        for selection in &set.items {
            let weight = self.selection(&selection.node)?;
            total.add(weight);
        }
        Ok(total)
    }

    fn selection(&mut self, selection: &'a Selection) -> Result<Weight, Refusal> {
        let mut weight = match selection {
            Selection::Field(field) => {
                let mut weight = self.set(&field.node.selection_set.node)?;
                weight.level = 1;
                weight.aliases = weight.aliases.saturating_add(field.node.alias.is_some().into());
                weight.copies = weight.copies.saturating_add(self.arguments(&field.node.arguments));
                weight
            }
            Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node)?,
            Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
        };
        weight.selections = weight.selections.saturating_add(1);
        weight.copies = weight.copies.saturating_add(self.directives(selection.directives()));
        Ok(weight)
    }

    fn fragment(&mut self, name: &'a Name) -> Result<Weight, Refusal> {
        match self.fragments.get(name.as_str()) {
            Some(Some(weight)) => return Ok(*weight),
            Some(None) => {
                return Err(Refusal::of_document("VALIDATION_ERROR", "片段循环引用自身"));
            }
            None => {}
        }
        // An unknown fragment is for the schema to name.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Weight::default());
        };
        self.fragments.insert(name, None);
        let weight = self.set(&fragment.node.selection_set.node)?;
        self.fragments.insert(name, Some(weight));
        Ok(weight)
    }

    fn arguments(&self, arguments: &[(Positioned<Name>, Positioned<Value>)]) -> usize {
        arguments.iter().fold(0, |sum, (_, value)| sum.saturating_add(self.value(&value.node)))
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> usize {
        directives.iter().fold(0, |sum, directive| sum.saturating_add(self.arguments(&directive.node.arguments)))
    }

    fn value(&self, value: &Value) -> usize {
        match value {
            Value::Variable(name) => self.sizes.get(name.as_str()).copied().unwrap_or(1),
            Value::List(items) => items.iter().fold(0, |sum, item| sum.saturating_add(self.value(item))),
            Value::Object(fields) => fields.values().fold(0, |sum, item| sum.saturating_add(self.value(item))),
            Value::Null
            | Value::Number(_)
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_) => 0,
        }
    }
}

/// Nodes of a value; long texts count for what it costs to copy them.
fn size(value: &ConstValue) -> usize {
    use ConstValue as V;
    match value {
        V::List(items) => items.iter().fold(1, |sum: usize, item| sum.saturating_add(size(item))),
        V::Object(fields) => {
            fields.iter().fold(1, |sum: usize, (name, item)| sum.saturating_add(1 + name.len() / 32 + size(item)))
        }
        V::String(text) => 1 + text.len() / 32,
        V::Null | V::Number(_) | V::Boolean(_) | V::Binary(_) | V::Enum(_) => 1,
    }
}
