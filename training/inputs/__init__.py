"""From a data folder to the arrays of a batch: decoding, crops, tables, sampling."""
