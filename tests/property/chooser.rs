//! Choices, made one after the other from numbers that the test framework draws and shrinks.

/// What is chosen next; zeros, which mean the simplest choice, where the numbers have run out.
pub struct Chooser {
    numbers: Vec<u32>,
    next: usize,
    names: usize,
}

impl Chooser {
    pub fn new(numbers: Vec<u32>) -> Self {
        Self { numbers, next: 0, names: 0 }
    }

    /// A number from 0 to `n - 1`.
    pub fn below(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        number as usize % n
    }

    /// True one time in `n`.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// At least one of them, in their order or, half of the time, from the last to the first.
    pub fn some<T: Clone>(&mut self, of: &[T], at_most: usize) -> Vec<T> {
        let first = self.below(of.len());
        let mut taken: Vec<T> = vec![of[first].clone()];
        for other in &of[first + 1..] {
            if taken.len() < at_most && self.one_in(2) {
                taken.push(other.clone());
            }
        }
        if self.one_in(2) {
            taken.reverse();
        }
        taken
    }

    /// A column name that no table has yet.
    pub fn name(&mut self) -> String {
        self.names += 1;
        format!("c{}", self.names)
    }
}
