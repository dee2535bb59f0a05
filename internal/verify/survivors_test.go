package verify

// survivors are the mutations that Check does not find.
var survivors = []survivor{}
