//! Records of members: certificates, purges by two, completeness, requests for changes.
