//! Pictures are decoded again, and looked at where it matters.
