lab 'x' {}
