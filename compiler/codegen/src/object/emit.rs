//! Small words for the code that functions are made of.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, StackSlotData, StackSlotKind, Type, Value, types};
use cranelift_frontend::FunctionBuilder;
use cranelift_module::FuncId;

use super::Uncompiled;
use super::unit::Unit;

/// A function that is being made.
pub(super) struct Emit<'e> {
    pub(super) b: FunctionBuilder<'e>,
    pub(super) unit: &'e mut Unit,
}

/// The type of what is computed with.
pub(super) const FLOAT: Type = types::F64;
/// The type of counts and places.
pub(super) const WHOLE: Type = types::I64;

/// Of memory that is there and aligned.
pub(super) fn sound() -> MemFlagsData {
    MemFlagsData::trusted()
}

/// Of memory that is there and never changes.
pub(super) fn fixed() -> MemFlagsData {
    MemFlagsData::trusted().with_readonly()
}

/// A byte of a text, which may stand anywhere, as a number of this type.
pub(super) fn byte(emit: &mut Emit<'_>, ty: Type, from: Value) -> Value {
    emit.b.ins().uload8(ty, MemFlagsData::new().with_notrap(), from, 0)
}

fn arguments(values: &[Value]) -> Vec<BlockArg> {
    values.iter().copied().map(BlockArg::Value).collect()
}

impl Emit<'_> {
    pub(super) fn float(&mut self, number: f64) -> Value {
        self.b.ins().f64const(number)
    }

    pub(super) fn whole(&mut self, number: i64) -> Value {
        self.b.ins().iconst(WHOLE, number)
    }

    /// The address of a place in the tables.
    pub(super) fn table(&mut self, place: i64) -> Value {
        let data = self.unit.data_in(self.b.func);
        let address = self.unit.address();
        let start = self.b.ins().symbol_value(address, data);
        self.plus(start, place)
    }

    pub(super) fn plus(&mut self, value: Value, number: i64) -> Value {
        if number == 0 { value } else { self.b.ins().iadd_imm_s(value, number) }
    }

    pub(super) fn times(&mut self, value: Value, number: i64) -> Value {
        self.b.ins().imul_imm_s(value, number)
    }

    /// The address of the item at `place` of items of `size` bytes from `start` on.
    pub(super) fn item(&mut self, start: Value, place: Value, size: usize) -> Value {
        let offset = self.times(place, size as i64);
        self.b.ins().iadd(start, offset)
    }

    /// A float of memory that may change.
    pub(super) fn load(&mut self, from: Value, offset: usize) -> Value {
        self.b.ins().load(FLOAT, sound(), from, offset as i32)
    }

    /// A float of the tables.
    pub(super) fn read(&mut self, from: Value) -> Value {
        self.b.ins().load(FLOAT, fixed(), from, 0)
    }

    /// A number of 64 bits of the tables.
    pub(super) fn read_whole(&mut self, from: Value) -> Value {
        self.b.ins().load(WHOLE, fixed(), from, 0)
    }

    /// A number of 32 bits of the tables.
    pub(super) fn read_word(&mut self, from: Value) -> Value {
        self.b.ins().uload32(fixed(), from, 0)
    }

    pub(super) fn store(&mut self, value: Value, to: Value, offset: usize) {
        self.b.ins().store(sound(), value, to, offset as i32);
    }

    /// The address of room on the stack.
    pub(super) fn room(&mut self, bytes: usize) -> Value {
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes as u32, 4);
        let slot = self.b.create_sized_stack_slot(slot);
        let address = self.unit.address();
        self.b.ins().stack_addr(address, slot, 0)
    }

    pub(super) fn is(&mut self, how: FloatCC, left: Value, right: Value) -> Value {
        self.b.ins().fcmp(how, left, right)
    }

    pub(super) fn is_number(&mut self, how: FloatCC, left: Value, right: f64) -> Value {
        let right = self.float(right);
        self.is(how, left, right)
    }

    pub(super) fn is_nan(&mut self, value: Value) -> Value {
        self.is(FloatCC::Unordered, value, value)
    }

    pub(super) fn is_whole(&mut self, how: IntCC, left: Value, right: i64) -> Value {
        self.b.ins().icmp_imm_s(how, left, right)
    }

    pub(super) fn either(&mut self, condition: Value, yes: Value, no: Value) -> Value {
        self.b.ins().select(condition, yes, no)
    }

    /// Truth as 1.0 and 0.0.
    pub(super) fn indicator(&mut self, condition: Value) -> Value {
        let (one, zero) = (self.float(1.0), self.float(0.0));
        self.either(condition, one, zero)
    }

    /// Calls a function of the C library that takes and gives floats.
    pub(super) fn libm(&mut self, name: &'static str, given: &[Value]) -> Result<Value, Uncompiled> {
        let ty = if name.ends_with("expf") { types::F32 } else { FLOAT };
        let id = self.unit.import(name, ty, given.len())?;
        Ok(self.call(id, given)[0])
    }

    pub(super) fn call(&mut self, id: FuncId, given: &[Value]) -> Vec<Value> {
        let callee = self.unit.callee(id, self.b.func);
        let call = self.b.ins().call(callee, given);
        self.b.inst_results(call).to_vec()
    }

    /// Ends the function.
    pub(super) fn give(&mut self, values: &[Value]) {
        self.b.ins().return_(values);
    }

    /// Ends the function with these values where the condition holds.
    pub(super) fn give_if(&mut self, condition: Value, values: &[Value]) {
        self.give_where(condition, |_| values.to_vec());
    }

    /// Ends the function with values that are made where the condition holds.
    pub(super) fn give_where(&mut self, condition: Value, make: impl FnOnce(&mut Self) -> Vec<Value>) {
        let (leave, stay) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(condition, leave, &[], stay, &[]);
        self.enter(leave);
        let values = make(self);
        self.give(&values);
        self.enter(stay);
    }

    fn enter(&mut self, block: cranelift_codegen::ir::Block) {
        self.b.switch_to_block(block);
        self.b.seal_block(block);
    }

    /// One of two ways.
    pub(super) fn branch(
        &mut self,
        condition: Value,
        yes: impl FnOnce(&mut Self) -> Result<(), Uncompiled>,
        no: impl FnOnce(&mut Self) -> Result<(), Uncompiled>,
    ) -> Result<(), Uncompiled> {
        let nothing = |done: Result<(), Uncompiled>| done.map(|()| Vec::new());
        self.choose(condition, |emit| nothing(yes(emit)), |emit| nothing(no(emit)))?;
        Ok(())
    }

    /// What one of two ways makes: values of the same types.
    pub(super) fn choose(
        &mut self,
        condition: Value,
        yes: impl FnOnce(&mut Self) -> Result<Vec<Value>, Uncompiled>,
        no: impl FnOnce(&mut Self) -> Result<Vec<Value>, Uncompiled>,
    ) -> Result<Vec<Value>, Uncompiled> {
        let [left, right, after] = [(); 3].map(|()| self.b.create_block());
        self.b.ins().brif(condition, left, &[], right, &[]);
        self.enter(left);
        let made = yes(self)?;
        let chosen = self.carry(after, &made);
        self.b.ins().jump(after, &arguments(&made));
        self.enter(right);
        let made = no(self)?;
        self.b.ins().jump(after, &arguments(&made));
        self.enter(after);
        Ok(chosen)
    }

    /// Repeats while `goes_on` says so, which is asked first. Gives what is carried from one round to the next.
    pub(super) fn repeat(
        &mut self,
        start: &[Value],
        goes_on: impl FnOnce(&mut Self, &[Value]) -> Value,
        body: impl FnOnce(&mut Self, &[Value]) -> Result<Vec<Value>, Uncompiled>,
    ) -> Result<Vec<Value>, Uncompiled> {
        let [head, inside, after] = [(); 3].map(|()| self.b.create_block());
        let carried = self.carry(head, start);
        self.b.ins().jump(head, &arguments(start));
        self.b.switch_to_block(head);
        let condition = goes_on(self, &carried);
        self.b.ins().brif(condition, inside, &[], after, &[]);
        self.enter(inside);
        let next = body(self, &carried)?;
        self.b.ins().jump(head, &arguments(&next));
        self.b.seal_block(head);
        self.enter(after);
        Ok(carried)
    }

    /// Repeats as long as the body says so, at least once. Gives what the last round made.
    pub(super) fn repeat_while(
        &mut self,
        start: &[Value],
        body: impl FnOnce(&mut Self, &[Value]) -> (Vec<Value>, Value),
    ) -> Vec<Value> {
        let (inside, after) = (self.b.create_block(), self.b.create_block());
        let carried = self.carry(inside, start);
        self.b.ins().jump(inside, &arguments(start));
        self.b.switch_to_block(inside);
        let (next, goes_on) = body(self, &carried);
        self.b.ins().brif(goes_on, inside, &arguments(&next), after, &[]);
        self.b.seal_block(inside);
        self.enter(after);
        next
    }

    /// For each number from 0 to below `count`, in steps.
    pub(super) fn each(
        &mut self,
        count: Value,
        step: i64,
        body: impl FnOnce(&mut Self, Value) -> Result<(), Uncompiled>,
    ) -> Result<(), Uncompiled> {
        let zero = self.whole(0);
        let is_below = |emit: &mut Self, at: &[Value]| emit.b.ins().icmp(IntCC::UnsignedLessThan, at[0], count);
        self.repeat(&[zero], is_below, |emit, at| {
            body(emit, at[0])?;
            Ok(vec![emit.plus(at[0], step)])
        })?;
        Ok(())
    }

    fn carry(&mut self, block: cranelift_codegen::ir::Block, start: &[Value]) -> Vec<Value> {
        let types: Vec<Type> = start.iter().map(|value| self.b.func.dfg.value_type(*value)).collect();
        types.into_iter().map(|ty| self.b.append_block_param(block, ty)).collect()
    }
}
