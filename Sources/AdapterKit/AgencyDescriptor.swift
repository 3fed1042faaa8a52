public import CreditModel

/// Who an agency is, for lists, messages and documentation.
public struct AgencyDescriptor: Sendable {
    public var id: AgencyID
    /// 红盾信息网
    public var title: String
    public var englishTitle: String
    /// In the order in which they are pulled.
    public var datasets: [DatasetDescriptor]
    /// The schema document of the source, XML.
    public var schema: [UInt8]

    public init(id: AgencyID, title: String, englishTitle: String, datasets: [DatasetDescriptor], schema: [UInt8]) {
        self.id = id
        self.title = title
        self.englishTitle = englishTitle
        self.datasets = datasets
        self.schema = schema
    }
}

/// One dataset of an agency.
public struct DatasetDescriptor: Sendable {
    public var id: DatasetID
    public var title: String
    public var englishTitle: String
    /// The roles in which its records speak of enterprises.
    public var roles: [Role]

    public init(id: DatasetID, title: String, englishTitle: String, roles: [Role] = [.subject]) {
        self.id = id
        self.title = title
        self.englishTitle = englishTitle
        self.roles = roles
    }
}
