public import AdapterKit
public import CreditModel
import XMLFeed

/// 红盾信息网, the company registry: pages behind an opaque cursor.
public struct HongDunAdapter: SourceAdapter {
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
        guard !configuration.baseURL.isEmpty else { throw AdapterError(.configuration, "Set sources.hongdun.baseURL.") }
        guard let token = configuration.token else { throw AdapterError(.configuration, "Set sources.hongdun.token.") }
        self.configuration = configuration
        self.token = token
    }

    /// Pulls one dataset from where the last pull ended.
    public func pull(_ request: PullRequest, into sink: any PullSink) throws(AdapterError) {
        guard let type = HongDunTables.types[request.dataset.name] else {
            throw AdapterError(.rejected, "红盾 has no dataset \(request.dataset.name).")
        }
        let state = try PositionState(request.position)
        let pull = HongDunPull(adapter: self, request: request, type: type, sink: sink, state: state)
        try pull.run()
    }

    /// The normalised form of a row, by its dataset's table.
    public func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        guard let type = HongDunTables.types[record.dataset.name] else { throw Self.unknown(record.dataset) }
        return try type.normalise(record)
    }

    /// Reads a row's bytes again, by the same steps as a pull.
    public func decode(_ original: [UInt8], of dataset: DatasetID, place: RowPlace) throws(RowRejection)
        -> SourceRecord?
    {
        guard let type = HongDunTables.types[dataset.name] else { throw Self.unknown(dataset) }
        let row = try FeedDocument.row(original, element: "ROW", place: place)
        return try HongDunRow.record(row, of: dataset, type, place: place)
    }

    private static func unknown(_ dataset: DatasetID) -> RowRejection {
        RowRejection(rule: "dataset-unknown", message: "红盾 has no dataset \(dataset.name).")
    }
}
