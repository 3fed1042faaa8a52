public import AdapterKit
public import CreditModel
import XMLFeed

/// 红盾信息网, the company registry: pages behind an opaque cursor.
public struct HongDunAdapter: TableAdapter {
    /// Six datasets, the registration first.
    public static let descriptor = AgencyDescriptor(
        id: .hongdun,
        title: "红盾信息网",
        englishTitle: "HongDun company registry",
        datasets: [
            DatasetDescriptor(id: DatasetID(.hongdun, "registration"), title: "企业登记", englishTitle: "Registrations"),
            DatasetDescriptor(id: DatasetID(.hongdun, "alteration"), title: "变更登记", englishTitle: "Alterations"),
            DatasetDescriptor(
                id: DatasetID(.hongdun, "abnormal"),
                title: "经营异常名录",
                englishTitle: "Abnormal operation list"
            ),
            DatasetDescriptor(
                id: DatasetID(.hongdun, "illegal"),
                title: "严重违法失信名单",
                englishTitle: "Serious violation list"
            ),
            DatasetDescriptor(id: DatasetID(.hongdun, "penalty"), title: "行政处罚", englishTitle: "Penalties"),
            DatasetDescriptor(
                id: DatasetID(.hongdun, "online-shop"),
                title: "网站网店",
                englishTitle: "Web sites and shops"
            ),
        ],
        schema: PackageResources.schema_xml
    )

    let configuration: SourceConfiguration
    let token: Secret

    /// Needs `baseURL` and `token`.
    public init(_ configuration: SourceConfiguration) throws(AdapterError) {
        self.configuration = try Self.located(configuration)
        token = try Self.required(configuration.token, "token")
    }

    /// Pulls one dataset from where the last pull ended.
    public func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        let type = try Self.type(of: request)
        let state = try PositionState(request.position)
        try HongDunPull(adapter: self, request: request, type: type, sink: sink, state: state).run()
    }

    /// The name of a row's element.
    public static let rowElement = "ROW"

    /// The record type of a dataset's row.
    public static func type(_ dataset: DatasetID, holding fields: [RawField]) -> RecordType? {
        HongDunTables.types[dataset.name]
    }
}
