//! Host of the contract's own tests.
mod contract;
