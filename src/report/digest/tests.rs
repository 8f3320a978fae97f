//! The figures against hand-made populations, and what is made of them.
