//! Does the program say and do what its help promises?
