/// One thing that a client may do or see: the closed vocabulary of the exchange's OAuth 2.0 scopes (RFC 6749 §3.3).
///
/// Two kinds, and a query needs one of each: an endpoint that it may ask, and the sections of a profile that it is shown.
/// Whatever is not granted is denied. Numbers are for sets in memory alone; what is stored are names.
public enum Scope: UInt8, CaseIterable, Sendable, CustomStringConvertible {
    /// `enterprises:read`: one profile by its id or code.
    case readEnterprises
    /// `enterprises:search`: enterprises by name.
    case searchEnterprises
    /// `enterprises:match`: which enterprise a platform's own record is about.
    case matchEnterprises
    /// `enterprises:bulk`: many at once, and the whole of it.
    case bulkEnterprises
    /// `changes:read`: which profiles have changed since a position.
    case readChanges
    /// `watch:write`: enterprises of which the client wants to hear.
    case writeWatches
    /// `evidence:read`: what the client itself was answered.
    case readEvidence
    /// `section:*`: every section, those that will come included.
    case allSections
    /// `section:alterations`: 变更.
    case alterations
    /// `section:arrears`: 欠税公告.
    case arrears
    /// `section:assessments`: 信用等级.
    case assessments
    /// `section:certifications`: 认证.
    case certifications
    /// `section:inspections`: 监督抽查.
    case inspections
    /// `section:licences`: 许可.
    case licences
    /// `section:listings`: 名录.
    case listings
    /// `section:penalties`: 行政处罚.
    case penalties
    /// `section:quality`: 质量.
    case quality
    /// `section:registration`: 登记.
    case registration
    /// `section:shops`: 网站网店.
    case shops
    /// `section:tax`: 税务.
    case tax

    private static let prefix = "section:"

    /// The scope of that name; nil for a name that nobody knows.
    public init?(_ name: some StringProtocol) {
        guard let scope = Self.named[String(name)] else { return nil }
        self = scope
    }

    private static let named = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    /// As requests and tokens name it.
    public var name: String {
        switch self {
        case .readEnterprises: "enterprises:read"
        case .searchEnterprises: "enterprises:search"
        case .matchEnterprises: "enterprises:match"
        case .bulkEnterprises: "enterprises:bulk"
        case .readChanges: "changes:read"
        case .writeWatches: "watch:write"
        case .readEvidence: "evidence:read"
        case .allSections: "section:*"
        case .alterations: "section:alterations"
        case .arrears: "section:arrears"
        case .assessments: "section:assessments"
        case .certifications: "section:certifications"
        case .inspections: "section:inspections"
        case .licences: "section:licences"
        case .listings: "section:listings"
        case .penalties: "section:penalties"
        case .quality: "section:quality"
        case .registration: "section:registration"
        case .shops: "section:shops"
        case .tax: "section:tax"
        }
    }

    /// The section of a profile that it opens; nil for an endpoint, and for all sections at once.
    public var section: String? {
        guard self != .allSections, name.hasPrefix(Self.prefix) else { return nil }
        return String(name.dropFirst(Self.prefix.count))
    }

    /// The scope that opens a section; nil for one that only ``allSections`` opens.
    public init?(section: some StringProtocol) {
        guard section != "*" else { return nil }
        self.init(Self.prefix + section)
    }

    /// The name.
    public var description: String { name }
}
