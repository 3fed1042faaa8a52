package import CreditModel

/// One bad moment on demand.
package struct Fault: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case status(Int, retryAfter: String?)
        /// The connection breaks after so many bytes of the body.
        case truncate(Int)
        /// The document ends after so many bytes, and its length says so.
        case cut(Int)
        case html
        /// Row `n` of the page, from 1, holds a bare `&`, in this answer only.
        case malformedRow(Int)
        case foreignSequence
        case expiredCursor
        case busy(Int)
        case internalError
        case missingFile
        case wrongDigest
        case replacedFile
        /// Nothing comes for so many seconds.
        case hang(Int)
        /// To this place; `itself` for the request's own.
        case redirect(String)
        case wrongCharset
        case byteOrderMark
        case doctype
        /// One byte a second.
        case trickle
        /// The body never ends.
        case endless
        /// A row holds so many bytes of text.
        case hugeRow(Int)
        /// Elements lie in one another, so many deep.
        case deepNesting(Int)
        /// Entities that grow to gigabytes.
        case entityBomb
        /// An entity that a parser would have to fetch from here.
        case externalEntity(String)
        /// A few megabytes, declared as gzip, that grow to a gigabyte.
        case gzipBomb
        /// So many bytes of the body come, and then nothing for so many seconds.
        case stall(Int, seconds: Int)

        /// 质监: the newest file of the dataset holds it, under a right digest, from the manifest that it hits on.
        var mayFillAFile: Bool {
            switch self {
            case .malformedRow, .doctype, .hugeRow, .deepNesting, .entityBomb, .externalEntity, .gzipBomb: true
            default: false
            }
        }
    }

    package var agency: AgencyID
    /// The dataset that it hits; nil for whichever is asked for.
    ///
    /// 质监's manifest is `manifest`.
    package var dataset: String?
    /// Which of the matching requests from now on is the first that it hits; 1 is the next.
    package var request: Int
    /// How many it hits.
    package var times: Int
    package var kind: Kind
    /// Of the requests that it could hit, the share that it does, drawn from the seed; nil for all.
    package var share: Double?

    package init(
        agency: AgencyID,
        dataset: String? = nil,
        request: Int = 1,
        times: Int? = nil,
        share: Double? = nil,
        kind: Kind
    ) {
        self.agency = agency
        self.dataset = dataset
        self.request = request
        self.times = times ?? (share == nil ? 1 : .max)
        self.share = share
        self.kind = kind
    }

    /// Whether it hits a request for this dataset; counts it.
    mutating func strikes(_ agency: AgencyID, _ dataset: String, _ draw: UInt64) -> Bool {
        guard agency == self.agency, self.dataset == nil || self.dataset == dataset, times > 0 else { return false }
        request -= 1
        guard request <= 0, share.map({ Chance.happens($0, draw) }) ?? true else { return false }
        times -= 1
        return true
    }
}
