"""Small changes of a room's code, one at a time: which of them does no test notice?"""
