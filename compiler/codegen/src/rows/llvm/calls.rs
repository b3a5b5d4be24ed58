//! Functions that are not exact: called, as wide as [`super::super::math`] has them, or written out where they are formulas.

use inkwell::values::BasicMetadataValueEnum;

use super::super::math::Routine;
use super::lanes::{Built, Lanes, Writer};

impl<'c> Writer<'_, 'c> {
    /// A function of every lane.
    pub(super) fn routine(&self, routine: Routine, operands: &[Lanes<'c>]) -> Built<Lanes<'c>> {
        #[cfg(target_arch = "x86_64")]
        match (routine.name, operands) {
            ("gml_exp4" | "gml_exp8", [x]) => return self.exp_by_formula(*x),
            ("gml_log10_4" | "gml_log10_8", [x]) => return self.log10_by_formula(*x),
            _ => {}
        }
        let width = routine.width as u32;
        let number = self.context.f64_type();
        let function = self.module.get_function(routine.name).unwrap_or_else(|| {
            let declared = if width == 1 {
                number.fn_type(&vec![number.into(); operands.len()], false)
            } else {
                let vector = number.vec_type(width);
                vector.fn_type(&vec![vector.into(); operands.len()], false)
            };
            let function = self.module.add_function(routine.name, declared, None);
            self.host.mark_pure(self.context, function);
            function
        });
        let mut results = Vec::new();
        let mut numbers = self.floats.get_poison();
        for first in (0..self.host.lanes).step_by(routine.width) {
            let mut given: Vec<BasicMetadataValueEnum<'c>> = Vec::new();
            for operand in operands {
                given.push(if width == 1 {
                    let place = self.context.i32_type().const_int(first.into(), false);
                    self.builder.build_extract_element(*operand, place, "")?.into()
                } else if width == self.host.lanes {
                    (*operand).into()
                } else {
                    self.pick(*operand, first..first + width)?.into()
                });
            }
            let result = self.call(function, &given)?;
            if width == 1 {
                let place = self.context.i32_type().const_int(first.into(), false);
                numbers = self.builder.build_insert_element(numbers, result, place, "")?;
            } else {
                results.push(result.into_vector_value());
            }
        }
        let mut calls = self.calls.borrow_mut();
        if !calls.contains(&routine) {
            calls.push(routine);
        }
        if results.is_empty() { Ok(numbers) } else { self.join(&results) }
    }
}
