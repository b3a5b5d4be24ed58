//! Declarations of the standard library.

use super::Builder;
use crate::ast::{Signature, SignatureKind, TypeParameter};
use crate::grammar::Rule;
use crate::matcher::Pairs;

impl Builder<'_, '_> {
    pub(super) fn signature(&mut self, mut parts: Pairs<'_>) -> Signature {
        let kind = match parts.next().as_ref().map(|word| word.as_str()) {
            Some("function") => SignatureKind::Function,
            Some("aggregate") => SignatureKind::Aggregate,
            Some("window") => SignatureKind::Window,
            _ => SignatureKind::Operator,
        };
        let name = self.next_name(&mut parts);
        let mut type_params = Vec::new();
        if parts.peek().is_some_and(|next| next.as_rule() == Rule::type_parameters)
            && let Some(list) = parts.next()
        {
            let parts = list.into_inner().filter(|part| part.as_rule() == Rule::type_parameter);
            type_params = parts.map(|part| self.type_parameter(part.into_inner())).collect();
        }
        let params = self.next_parameters(&mut parts, false);
        let result = self.next_type(&mut parts);
        let empty = parts.find(|part| part.as_rule() == Rule::expression).map(|part| self.expression(part).expr);
        Signature { kind, name, type_params, params, result, empty }
    }

    fn type_parameter(&mut self, mut parts: Pairs<'_>) -> TypeParameter {
        let name = self.next_name(&mut parts);
        TypeParameter { name, bound: parts.next().map(|bound| self.name(&bound)) }
    }
}
