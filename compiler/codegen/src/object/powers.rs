//! Powers of ten to 128 bits.

/// The least and the largest power that floats of 64 bits need.
pub(super) const LEAST: i32 = -292;
/// See [`LEAST`].
pub(super) const LARGEST: i32 = 324;

/// Digits of a whole number in base 2^32, the lowest first.
struct Large(Vec<u32>);

impl Large {
    fn times_ten(&mut self) {
        let mut carried = 0;
        for digit in &mut self.0 {
            carried += u64::from(*digit) * 10;
            *digit = carried as u32;
            carried >>= 32;
        }
        if carried > 0 {
            self.0.push(carried as u32);
        }
    }

    /// What is left over is dropped.
    fn tenth(&mut self) {
        let mut left = 0;
        for digit in self.0.iter_mut().rev() {
            left = left << 32 | u64::from(*digit);
            *digit = (left / 10) as u32;
            left %= 10;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// The highest 128 bits, and whether any below them is set.
    fn highest(&self) -> (u128, bool) {
        let digits = self.0.iter().rev();
        let mut high = 0_u128;
        let mut place = 0;
        let mut is_more = false;
        for digit in digits {
            if place == 0 {
                high = u128::from(*digit);
                place = 32 - digit.leading_zeros();
            } else if place < 128 {
                let room = (128 - place).min(32);
                high = high << room | u128::from(*digit >> (32 - room));
                is_more |= room < 32 && digit << room != 0;
                place += room;
            } else {
                is_more |= *digit != 0;
            }
        }
        (high << (128 - place), is_more)
    }
}

/// `10^power * 2^-shift`, rounded up, for all powers from [`LEAST`] to [`LARGEST`]; the shift is such that the highest of 128 bits is set.
pub(super) fn all() -> Vec<u128> {
    let rounded_up = |(high, is_more): (u128, bool)| high + u128::from(is_more);
    // A tenth of a tenth is a hundredth, whatever is dropped between.
    let mut part = Large(vec![0; 4 + 32 + 1]);
    part.0[4 + 32] = 1;
    let mut powers: Vec<u128> = (LEAST..0)
        .map(|_| {
            part.tenth();
            // No power of two is a multiple of ten.
            rounded_up((part.highest().0, true))
        })
        .collect();
    powers.reverse();
    let mut power = Large(vec![1]);
    powers.extend((0..=LARGEST).map(|_| {
        let rounded = rounded_up(power.highest());
        power.times_ten();
        rounded
    }));
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_rounded_up() {
        let powers = all();
        let of = |power: i32| powers[(power - LEAST) as usize];
        assert_eq!(powers.len(), (LARGEST - LEAST + 1) as usize);
        assert_eq!(of(0), 1 << 127);
        assert_eq!(of(1), 10 << 124);
        assert_eq!(of(38), 10_u128.pow(38) << 1);
        // 10^39 is 5^39 * 2^39, and 5^39 has 91 bits.
        assert_eq!(of(39), 5_u128.pow(39) << 37);
        // Thirds of sixteenths: 0.1 is 0.000(1100).
        assert_eq!(of(-1), 0xcccc_cccc_cccc_cccc_cccc_cccc_cccc_cccd);
        // As floats, to what these hold.
        for power in LEAST..=308 {
            let float: f64 = format!("1e{power}").parse().unwrap();
            let (bits, exponent) = (float.to_bits() & ((1 << 52) - 1) | 1 << 52, 75);
            let high = u128::from(bits) << exponent;
            assert!(of(power).abs_diff(high) <= 1 << 75, "{power}");
        }
    }
}
