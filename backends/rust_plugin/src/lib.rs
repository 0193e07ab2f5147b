//! What the backends in Rust share: workloads/backend_c.h (`interface`), a session as their scenarios see it (`session`),
//! and the functions in C that lead from one to the other (`plugin`).

pub mod interface;
pub mod plugin;
pub mod session;
