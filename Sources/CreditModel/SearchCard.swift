/// What a search reads of an enterprise: its names, and the facts by which hits are filtered and compared.
///
/// All of it stands in the profile, too: nothing restricted is on a card.
public struct SearchCard: Hashable, Sendable {
    /// Who calls an enterprise so, and when.
    public enum NameKind: UInt8, Hashable, Sendable, CaseIterable {
        /// The name that it has.
        case present = 0
        /// Another agency's word for the name that it has.
        case other = 1
        /// A name that it had (曾用名).
        case former = 2
    }

    /// A name and its kind.
    public struct Name: Hashable, Sendable {
        /// The name, at most ``longestText`` characters of it.
        public var text: String
        /// What kind of name it is.
        public var kind: NameKind

        /// Makes a name; of a longer one only the beginning.
        public init(_ text: String, _ kind: NameKind) {
            self.text = SearchCard.beginning(of: text)
            self.kind = kind
        }
    }

    /// So many names are searched; what an enterprise was called before these is found in its profile.
    public static let mostNames = 64
    /// So many characters (Unicode scalars) of a text are kept.
    public static let longestText = 300

    /// The present name first, former ones newest first; none twice, at most ``mostNames``.
    public let names: [Name]
    /// 登记状态, as its code.
    public let state: String?
    /// 行政区划, as its code.
    public let district: String?
    /// 行业, as its code.
    public let industry: String?
    /// 成立日期, as far as it is told: `yyyy-mm-dd`, `yyyy-mm` or `yyyy`.
    public let established: String?
    /// 法定代表人 or 负责人.
    public let representative: String?
    /// 住所.
    public let address: String?

    /// Makes a card; of long texts only the beginning, of many names the first.
    public init(
        names: [Name],
        state: String? = nil,
        district: String? = nil,
        industry: String? = nil,
        established: String? = nil,
        representative: String? = nil,
        address: String? = nil
    ) {
        var kept: [Name] = []
        for name in names where kept.count < Self.mostNames {
            if !kept.contains(where: { $0.text == name.text }) { kept.append(name) }
        }
        self.names = kept
        self.state = state.map(Self.beginning)
        self.district = district.map(Self.beginning)
        self.industry = industry.map(Self.beginning)
        self.established = established.map(Self.beginning)
        self.representative = representative.map(Self.beginning)
        self.address = address.map(Self.beginning)
    }

    /// The name that it has; nil where no source tells one.
    public var presentName: String? { names.first { $0.kind == .present }?.text }

    private static func beginning(of text: String) -> String {
        // A character has a byte at least: most texts need no counting.
        guard text.utf8.count > longestText, text.unicodeScalars.count > longestText else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(longestText)))
    }
}
