extension Unicode.Scalar {
    /// Whether the character is drawn as nothing: soft hyphens, joiners, marks of direction, byte order marks.
    ///
    /// Names and numbers are read without them, so whoever looks for a number must look without them, too.
    @inlinable package var hasNoWidth: Bool {
        switch value {
        case 0xAD, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0xFEFF: true
        default: false
        }
    }
}
