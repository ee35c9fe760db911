"""Reading and writing files: what operating systems do differently, and files that are complete or absent."""
