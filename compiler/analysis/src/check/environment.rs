//! `env`: what a program is laid over with.

use gml_diagnostics::Diagnostic;
use gml_ir::{Column, Row, Type};
use gml_syntax::ast::{self, Env, EnvSetting, Name};

use super::body::{Body, Place};
use super::message::{self, Want};
use super::shared::Shared;
use crate::typed::{ParamId, TypedEnv};

/// Checks the env at that place of the package.
pub(super) fn env<'a>(shared: &'a Shared<'a>, place: usize) -> (TypedEnv, Vec<Diagnostic>) {
    let declaration = &shared.package.envs[place];
    let mut body = Body::new(shared, declaration.declared.module, Place::Constant);
    let mut typed = TypedEnv {
        name: declaration.declared.name.clone(),
        extends: None,
        params: Vec::new(),
        datasets: Vec::new(),
        settings: Vec::new(),
    };
    if let Some(ast) = shared.package.env_ast(place) {
        typed.extends = body.base(ast);
        for setting in &ast.settings {
            body.setting(setting, &mut typed);
        }
    }
    (typed, body.diagnostics)
}

impl<'a> Body<'a> {
    /// The env it is laid over, if that is one and there is no circle. What is wrong is said where declarations are
    /// checked.
    fn base(&mut self, env: &'a Env) -> Option<crate::typed::Text> {
        let package = self.shared.package;
        let extends = env.extends.as_ref()?;
        let mut seen = vec![&env.name.text];
        let mut current = &extends.text;
        loop {
            if seen.contains(&current) {
                return None;
            }
            seen.push(current);
            let place = package.env_named(current)?;
            match package.env_ast(place).and_then(|env| env.extends.as_ref()) {
                Some(next) => current = &next.text,
                None => return Some(extends.text.clone()),
            }
        }
    }

    fn setting(&mut self, setting: &'a EnvSetting, typed: &mut TypedEnv) {
        match setting.path.as_slice() {
            [name] if &*name.text == "resources" => self.resources(name, setting, typed),
            [name] if &*name.text == "tracking" && setting.of.is_none() => {
                let (due, want) = (Type::Named("tracker".into()), Want::Setting("tracking"));
                let value = self.expr(&setting.value, Some(&due));
                let value = self.coerced(value, &due, &want);
                typed.settings.push((name.text.clone(), None, self.constant_needed(value, &want).typed));
            }
            [catalog, entry] if &*catalog.text == "catalog" => self.moved(entry, setting, typed),
            [name] => self.param_setting(name, setting, typed),
            _ => {}
        }
    }

    fn param_setting(&mut self, name: &'a Name, setting: &'a EnvSetting, typed: &mut TypedEnv) {
        let package = self.shared.package;
        let Some(ParamId(place)) = package.param_named(&name.text) else {
            self.expr(&setting.value, None);
            return;
        };
        let param = &package.params[place as usize];
        let want = Want::Setting(&name.text);
        let value = self.expr(&setting.value, Some(&param.ty));
        let said = self.diagnostics.len();
        let value = self.coerced(value, &param.ty, &want);
        for diagnostic in &mut self.diagnostics[said..] {
            *diagnostic = message::datasets::setting_type(diagnostic, &name.text, param.declared.name_span, &param.ty);
        }
        let value = self.constant_needed(value, &want);
        typed.params.push((ParamId(place), value.typed));
    }

    /// `catalog.events = parquet(..)`
    fn moved(&mut self, entry: &'a Name, setting: &'a EnvSetting, typed: &mut TypedEnv) {
        let package = self.shared.package;
        let Some(id) = package.dataset_named(&entry.text) else { return };
        let ty = &package.datasets[id.0 as usize].ty;
        let value = self.connector(&setting.value, &entry.text, ty);
        if let Some(ast) = package.dataset_ast(id) {
            self.holds(&value, ty, &entry.text, ast.ty.span);
        }
        self.asked(&value);
        if let Some(writers) = self.shared.writers.get(&id) {
            self.one_file(&value, &entry.text, writers[0].1);
            self.writes(&value, &entry.text, writers[0].1);
        }
        typed.datasets.push((id, value));
    }

    /// `resources(training) = { cpu: 8, memory: 30GiB, gpu: 1 }`
    fn resources(&mut self, name: &'a Name, setting: &'a EnvSetting, typed: &mut TypedEnv) {
        let row = Row::of(vec![
            Column::new("cpu", Type::INT.nullable()),
            Column::new("memory", Type::Size.nullable()),
            Column::new("gpu", Type::INT.nullable()),
        ]);
        let due = Type::Struct(std::sync::Arc::new(row));
        let value = self.expr(&setting.value, Some(&due));
        let value = self.coerced(value, &due, &Want::Setting("resources"));
        let value = self.constant_needed(value, &Want::Setting("resources"));
        if let ast::ExprKind::Record(fields) = &setting.value.kind {
            for (field, amount) in fields {
                let is_none = matches!(amount.kind, ast::ExprKind::Int(0) | ast::ExprKind::Size(0));
                let is_less = matches!(&amount.kind, ast::ExprKind::Unary(ast::UnaryOperator::Negate, _));
                if is_none && &*field.text != "gpu" || is_less {
                    self.emit(message::datasets::no_resources(&field.text, amount.span));
                }
            }
        }
        let of = setting.of.as_ref().map(|of| of.text.clone());
        typed.settings.push((name.text.clone(), of, value.typed));
    }
}
