public import CreditModel

/// Who an agency is, for lists, messages and documentation.
public struct AgencyDescriptor: Sendable {
    /// The name by which configuration and profiles know the agency.
    public var id: AgencyID
    /// The agency's name in Chinese, such as 红盾信息网.
    public var title: String
    /// The agency's name in English.
    public var englishTitle: String
    /// In the order in which they are pulled.
    public var datasets: [DatasetDescriptor]
    /// The schema document of the source, XML.
    public var schema: [UInt8]

    /// Describes an agency.
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
    /// The dataset's name, with its agency's.
    public var id: DatasetID
    /// What the dataset holds, in Chinese, such as 行政处罚.
    public var title: String
    /// What the dataset holds, in English.
    public var englishTitle: String
    /// The roles in which its records speak of enterprises.
    public var roles: [Role]

    /// Describes a dataset; by default its records speak of their subject only.
    public init(id: DatasetID, title: String, englishTitle: String, roles: [Role] = [.subject]) {
        self.id = id
        self.title = title
        self.englishTitle = englishTitle
        self.roles = roles
    }
}
