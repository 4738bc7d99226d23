//! The credentials over scripted and faulty authorities.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod applications;
mod browser;
mod cache_file;
mod concurrency;
mod device_code;
mod faults;
mod federation;
mod peers;
mod refusals;
mod renewal;
mod requests;
mod saving;
mod settings;
mod support;
mod surroundings;
