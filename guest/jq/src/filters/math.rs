//! Functions of numbers, from the C library's list.

use super::{Native, of_input};
use crate::value::{Result, Value, error};
use jaq_core::native::{bome, v};

fn number(value: &Value) -> Result<f64> {
    value.as_f64().ok_or_else(|| error(format!("{} number required", value.shown())))
}

fn integer(value: &Value) -> Result<i32> {
    Ok(number(value)? as i32)
}

/// `f`, of the input.
macro_rules! one {
    ($name:literal, $function:path) => {
        of_input!($name, |value: Value| Ok(Value::from($function(number(&value)?))))
    };
}

/// `f(a; b)`; the input is not used.
macro_rules! two {
    ($name:literal, $function:path) => {
        two!($name, $function, number, number)
    };
    ($name:literal, $function:path, $first:path, $second:path) => {
        ($name, v(2), |mut cv| {
            let second = cv.0.pop_var();
            let first = cv.0.pop_var();
            bome((|| Ok(Value::from($function($first(&first)?, $second(&second)?))))())
        })
    };
}

fn exponent(value: f64) -> f64 {
    if value == 0.0 {
        f64::NEG_INFINITY
    } else if value.is_infinite() {
        f64::INFINITY
    } else if value.is_nan() {
        value
    } else {
        f64::from(libm::ilogb(value))
    }
}

fn significand(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() { value } else { libm::scalbn(value, -libm::ilogb(value)) }
}

fn scale(value: f64, exponent: f64) -> f64 {
    libm::scalbn(value, exponent as i32)
}

pub(super) fn natives() -> Vec<Native> {
    vec![
        one!("floor", libm::floor),
        one!("ceil", libm::ceil),
        one!("round", libm::round),
        one!("trunc", libm::trunc),
        one!("rint", libm::rint),
        one!("nearbyint", libm::rint),
        one!("fabs", libm::fabs),
        one!("sqrt", libm::sqrt),
        one!("cbrt", libm::cbrt),
        one!("exp", libm::exp),
        one!("exp2", libm::exp2),
        one!("exp10", libm::exp10),
        one!("pow10", libm::exp10),
        one!("expm1", libm::expm1),
        one!("log", libm::log),
        one!("log2", libm::log2),
        one!("log10", libm::log10),
        one!("log1p", libm::log1p),
        one!("logb", exponent),
        one!("significand", significand),
        one!("gamma", libm::lgamma),
        one!("lgamma", libm::lgamma),
        one!("lgamma_r", libm::lgamma),
        one!("tgamma", libm::tgamma),
        one!("sin", libm::sin),
        one!("cos", libm::cos),
        one!("tan", libm::tan),
        one!("asin", libm::asin),
        one!("acos", libm::acos),
        one!("atan", libm::atan),
        one!("sinh", libm::sinh),
        one!("cosh", libm::cosh),
        one!("tanh", libm::tanh),
        one!("asinh", libm::asinh),
        one!("acosh", libm::acosh),
        one!("atanh", libm::atanh),
        one!("j0", libm::j0),
        one!("j1", libm::j1),
        one!("y0", libm::y0),
        one!("y1", libm::y1),
        one!("erf", libm::erf),
        one!("erfc", libm::erfc),
        two!("pow", libm::pow),
        two!("atan2", libm::atan2),
        two!("fmod", libm::fmod),
        two!("fmin", libm::fmin),
        two!("fmax", libm::fmax),
        two!("fdim", libm::fdim),
        two!("hypot", libm::hypot),
        two!("copysign", libm::copysign),
        two!("nextafter", libm::nextafter),
        two!("nexttoward", libm::nextafter),
        two!("drem", libm::remainder),
        two!("remainder", libm::remainder),
        two!("ldexp", libm::ldexp, number, integer),
        two!("scalb", scale),
        two!("scalbln", scale),
        ("fma", v(3), |mut cv| {
            let [c, b, a] = [cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var()];
            bome((|| Ok(Value::from(libm::fma(number(&a)?, number(&b)?, number(&c)?))))())
        }),
        ("range", v(3), |mut cv| {
            let [by, to, from] = [cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var()];
            let (Some(from), Some(to), Some(by)) = (from.as_f64(), to.as_f64(), by.as_f64()) else {
                return bome(Err(error("Range bounds must be numeric")));
            };
            let mut next = from;
            Box::new(std::iter::from_fn(move || {
                // A step of nothing gets nowhere, and so gives nothing.
                let more = if by > 0.0 { next < to } else { by < 0.0 && next > to };
                let this = next;
                next += by;
                more.then(|| Ok(Value::from(this)))
            }))
        }),
        of_input!("frexp", |value: Value| {
            let (mantissa, exponent) = libm::frexp(number(&value)?);
            Ok(Value::from_iter([Value::from(mantissa), Value::from(f64::from(exponent))]))
        }),
        of_input!("modf", |value: Value| {
            let (fraction, whole) = libm::modf(number(&value)?);
            Ok(Value::from_iter([Value::from(fraction), Value::from(whole)]))
        }),
        of_input!("_nan", |_| Ok(Value::from(f64::NAN))),
        of_input!("_infinite", |_| Ok(Value::from(f64::INFINITY))),
        of_input!("_isnan", |value: Value| Ok(Value::from(number(&value)?.is_nan()))),
        of_input!("_isinfinite", |value: Value| Ok(Value::from(number(&value)?.is_infinite()))),
        of_input!("_isnormal", |value: Value| Ok(Value::from(number(&value)?.is_normal()))),
    ]
}
