mod definition;
mod models;
