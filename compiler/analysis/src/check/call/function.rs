//! Calls of `fn`s.

use gml_ir::Type;

use super::Syntax;
use super::bind::{Given, View, bind};
use super::result::of_unknown_nulls;
use crate::check::body::Body;
use crate::check::message::{self, Want};
use crate::check::shared::Visit;
use crate::check::value::{Space, Value};
use crate::typed::{FunctionId, Typed, TypedKind};

impl<'a> Body<'a> {
    /// A call of a `fn`: its value takes the place of the call.
    pub(super) fn call_function(&mut self, id: FunctionId, syntax: &Syntax<'a>) -> Value<'a> {
        let shared = self.shared;
        let declaration = &shared.package.functions[id.0 as usize];
        let Some(ast) = shared.package.function_ast(id) else { return Value::error(syntax.span) };
        let views: Vec<View<'a>> = ast.params.iter().map(View::of_parameter).collect();
        let given = match bind(&views, syntax) {
            Ok(given) => given,
            Err(fault) => {
                let diagnostic = self.bind_fault(&fault, &views, syntax);
                self.emit(message::calls::declared_at(diagnostic, declaration.declared.name_span, "`fn`"));
                self.look_into(syntax);
                return Value::error(syntax.span);
            }
        };
        let circular = self.visiting.contains(&Visit::Function(id));
        let mut constants: Vec<bool> = Vec::new();
        let mut space = Space::Const;
        if circular {
            self.consulted.in_circle();
        } else {
            let function = shared.function(id, &self.visiting);
            self.consulted.add(Visit::Function(id), &function.consulted);
            constants = function.typed.params.iter().map(|param| param.needed_before.is_some()).collect();
            space = function.space;
        }
        let mut args: Vec<Option<Typed>> = Vec::new();
        let mut maybe_null = false;
        for (place, given) in given.into_iter().enumerate() {
            let Some(given) = given else {
                args.push(None);
                continue;
            };
            let want = Want::argument(&declaration.declared.name, views[place].name);
            let value = match given {
                Given::Expr(expr) => self.expr(expr, Some(&declaration.params[place])),
                Given::Block(bindings, span) => {
                    self.emit(message::calls::misplaced_columns(bindings, span));
                    Value::error(span)
                }
            };
            let value = self.coerced(value, &declaration.params[place], &want);
            let value = if constants.get(place) == Some(&true) { self.constant_needed(value, &want) } else { value };
            space = space.max(value.space);
            maybe_null |= *value.ty() == Type::Unknown && !declaration.params[place].is_nullable();
            args.push(Some(value.typed));
        }
        if circular {
            return Value::error(syntax.span);
        }
        self.fits_uses(Visit::Function(id), None, &args);
        let value = Value::new(TypedKind::Function(id, args), declaration.result.clone(), space, syntax.span);
        if maybe_null { of_unknown_nulls(value) } else { value }
    }
}
