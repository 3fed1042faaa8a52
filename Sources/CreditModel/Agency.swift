/// The name of an agency, alike in command line, URL, configuration, truth and profile.
///
/// Such as `hongdun`, `statetax`.
public struct AgencyID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Lower-case ASCII letters, digits and hyphens.
    public let rawValue: String

    /// Names an agency; the registry of adapters decides which exist.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// 红盾信息网, the company registry.
    public static let hongdun = AgencyID(rawValue: "hongdun")
    /// 国税, the state tax office.
    public static let statetax = AgencyID(rawValue: "statetax")
    /// 地税, the local tax office.
    public static let localtax = AgencyID(rawValue: "localtax")
    /// 质监, the quality supervision office.
    public static let quality = AgencyID(rawValue: "quality")

    /// Alphabetical, so that lists of agencies come out alike everywhere.
    public static func < (a: AgencyID, b: AgencyID) -> Bool { a.rawValue < b.rawValue }
    /// The name itself.
    public var description: String { rawValue }
}

/// One dataset of one agency, such as `hongdun/registration` or `quality/SCXKZ`.
public struct DatasetID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Whose dataset it is.
    public let agency: AgencyID
    /// The agency's own name for it.
    public let name: String

    /// Names a dataset; the agency's descriptor decides which exist.
    public init(_ agency: AgencyID, _ name: String) {
        self.agency = agency
        self.name = name
    }

    /// By agency, then by the agency's name for the dataset.
    public static func < (a: DatasetID, b: DatasetID) -> Bool {
        a.agency == b.agency ? a.name < b.name : a.agency < b.agency
    }
    /// `agency/name`.
    public var description: String { "\(agency)/\(name)" }
}
