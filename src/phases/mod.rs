//! Hands the artifact to Flux and follows its phases until they are ready at that digest.
