/// Why compressed bytes are refused.
package enum CompressionError: Error, Sendable, Hashable {
    /// Not gzip, damaged, or followed by something else.
    case corrupt
    /// It ends before the last member does.
    case cut
    /// More inflated bytes than allowed, in all or for each stored byte: a bomb.
    case overLimit
    /// zlib has no memory.
    case failed
}
