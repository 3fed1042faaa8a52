/// What somebody typed to name an enterprise, in each form under which it may be known.
///
/// People type full-width, copy hyphens and blanks along, and do not care for upper and lower case.
public struct AskedName: Hashable, Sendable {
    /// Set where it is an id of ours.
    public let id: EnterpriseID?
    /// As codes are stored: half-width, upper case, without blanks and hyphens.
    public let code: String
    /// As registry keys are stored: what was typed, without the blanks around it.
    public let registryKey: String

    /// Reads any text; nothing is too odd to be looked up in vain.
    public init(_ text: some StringProtocol) {
        var plain = ""
        for scalar in text.unicodeScalars where !scalar.properties.isWhitespace && !Self.isHyphen(scalar) {
            let isFullWidth = 0xFF01...0xFF5E ~= scalar.value
            plain.unicodeScalars.append(
                isFullWidth ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar
            )
        }
        id = EnterpriseID(plain.lowercased())
        code = plain.uppercased()
        let scalars = Array(text.unicodeScalars)
        let inner = scalars.drop { $0.properties.isWhitespace }.reversed().drop { $0.properties.isWhitespace }
            .reversed()
        var key = ""
        key.unicodeScalars.append(contentsOf: inner)
        registryKey = key
    }

    /// The hyphen of keyboards, the dashes that word processors make of it, and the full-width one.
    private static func isHyphen(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" || 0x2010...0x2015 ~= scalar.value || scalar.value == 0x2212 || scalar.value == 0xFF0D
    }

    /// In the form in which the hash tree knows it: an id, or a code as codes are stored.
    public var name: String { id?.text ?? code }

    /// The id that it would derive as a registry key; nil where it is an id itself.
    public func registryID(digest: DigestFunction) -> EnterpriseID? {
        id == nil ? EnterpriseID(pripid: registryKey, digest: digest) : nil
    }
}
