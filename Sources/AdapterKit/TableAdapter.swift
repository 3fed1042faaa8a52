public import CreditModel

/// An adapter whose datasets are tables of record types: what is the same in all of these.
public protocol TableAdapter: SourceAdapter {
    /// The name of a row's element.
    static var rowElement: String { get }

    /// Whether the agency writes UTF-8 rather than GB18030, for rows that are read outside of their documents.
    static var isUsuallyUTF8: Bool { get }

    /// The record type of a dataset's row; nil where the agency has no such dataset.
    static func type(_ dataset: DatasetID, holding fields: [RawField]) -> RecordType?

    /// What a row says besides its facts, and those: the same for rows that were pulled and rows that are read again.
    static func record(
        _ row: FeedRow,
        of dataset: DatasetID,
        _ type: RecordType,
        place: RowPlace
    ) throws(RowRejection) -> SourceRecord
}

extension TableAdapter {
    /// Most agencies write GB18030.
    public static var isUsuallyUTF8: Bool { false }

    /// The normalised form of a row, by its dataset's table.
    public func normalise(_ record: SourceRecord) throws(RowRejection) -> NormalisedRow {
        try Self.knownType(record.dataset, holding: record.fields).normalise(record)
    }

    /// Reads a row's bytes again, by the same steps as a pull.
    public func decode(_ original: [UInt8], of dataset: DatasetID, place: RowPlace) throws(RowRejection)
        -> SourceRecord?
    {
        let row = try FeedDocument.row(
            original,
            element: Self.rowElement,
            place: place,
            isUsuallyUTF8: Self.isUsuallyUTF8
        )
        let fields = row.fields.isEmpty ? row.attributes : row.fields
        return try Self.record(row, of: dataset, Self.knownType(dataset, holding: fields), place: place)
    }

    /// The record type of what is asked for.
    public static func type(of request: PullRequest) throws(AdapterError) -> RecordType {
        guard let type = type(request.dataset, holding: []) else {
            throw AdapterError(.rejected, "\(descriptor.title) has no dataset \(request.dataset.name).")
        }
        return type
    }

    private static func knownType(_ dataset: DatasetID, holding fields: [RawField]) throws(RowRejection) -> RecordType {
        guard let type = type(dataset, holding: fields) else {
            throw RowRejection(
                rule: "dataset-unknown",
                message: "\(descriptor.title) has no dataset \(dataset.name)."
            )
        }
        return type
    }
}

extension SourceAdapter {
    /// A setting that the adapter cannot do without.
    /// - Throws: ``AdapterError`` `configuration`, naming the key to set.
    public static func required<Setting>(_ setting: Setting?, _ key: String) throws(AdapterError) -> Setting {
        guard let setting else {
            throw AdapterError(.configuration, "Set sources.\(descriptor.id).\(key).")
        }
        return setting
    }

    /// The configuration, if it says where the agency is.
    /// - Throws: ``AdapterError`` `configuration` where it does not.
    public static func located(_ configuration: SourceConfiguration) throws(AdapterError) -> SourceConfiguration {
        _ = try required(configuration.baseURL.isEmpty ? nil : configuration.baseURL, "baseURL")
        return configuration
    }
}
