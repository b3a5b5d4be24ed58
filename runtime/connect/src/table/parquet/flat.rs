//! A column without nesting, written as pages for the decoder of values.

use polars::prelude::{PolarsError, PolarsResult};
use polars_parquet::parquet::page::{DataPageHeader, DictPage};
use polars_parquet_format::thrift::protocol::TCompactOutputProtocol;
use polars_parquet_format::{DataPageHeader as Header, DictionaryPageHeader, Encoding, PageHeader, PageType};

/// Pages, one behind the other, without compression.
pub(super) struct Flat {
    bytes: Vec<u8>,
}

impl Flat {
    /// Without pages, with room for so many bytes.
    pub(super) fn new(room: usize) -> Self {
        Self { bytes: Vec::with_capacity(room) }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn dictionary(&mut self, page: &DictPage) -> PolarsResult<()> {
        let header = DictionaryPageHeader {
            num_values: number(page.num_values)?,
            encoding: Encoding::PLAIN,
            is_sorted: Some(page.is_sorted),
        };
        self.header(PageType::DICTIONARY_PAGE, page.buffer.len(), None, Some(header))?;
        self.bytes.extend_from_slice(&page.buffer);
        Ok(())
    }

    /// Adds values in the encoding of the page that they come from. There are so many, with those that are null; `there` tells
    /// them from the others, where any may be null.
    pub(super) fn page(
        &mut self,
        from: &DataPageHeader,
        (count, there): (usize, Option<&[bool]>),
        values: &[u8],
    ) -> PolarsResult<()> {
        if count == 0 {
            return Ok(());
        }
        // One run of bits (Parquet's encodings, RLE and bit-packing hybrid): its header counts groups of eight.
        let mut marks = Vec::new();
        if let Some(there) = there {
            let mut groups = (there.len().div_ceil(8) << 1) | 1;
            while groups >= 0x80 {
                marks.push(groups as u8 | 0x80);
                groups >>= 7;
            }
            marks.push(groups as u8);
            marks.extend(
                there
                    .chunks(8)
                    .map(|eight| eight.iter().enumerate().fold(0, |byte, (place, is)| byte | (u8::from(*is) << place))),
            );
        }
        let header = Header {
            num_values: number(count)?,
            encoding: from.encoding(),
            definition_level_encoding: Encoding::RLE,
            repetition_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let length = there.map_or(0, |_| size_of::<u32>() + marks.len());
        self.header(PageType::DATA_PAGE, length + values.len(), Some(header), None)?;
        if there.is_some() {
            self.bytes.extend_from_slice(&(number(marks.len())? as u32).to_le_bytes());
            self.bytes.extend_from_slice(&marks);
        }
        self.bytes.extend_from_slice(values);
        Ok(())
    }

    fn header(
        &mut self,
        type_: PageType,
        length: usize,
        data: Option<Header>,
        dictionary: Option<DictionaryPageHeader>,
    ) -> PolarsResult<()> {
        let length = number(length)?;
        let header = PageHeader {
            type_,
            uncompressed_page_size: length,
            compressed_page_size: length,
            crc: None,
            data_page_header: data,
            index_page_header: None,
            dictionary_page_header: dictionary,
            data_page_header_v2: None,
        };
        let mut protocol = TCompactOutputProtocol::new(&mut self.bytes);
        let written = header.write_to_out_protocol(&mut protocol);
        written.map(drop).map_err(|error| PolarsError::ComputeError(format!("parquet: {error}").into()))
    }
}

fn number(count: usize) -> PolarsResult<i32> {
    i32::try_from(count).map_err(|_| {
        PolarsError::ComputeError(format!("parquet: a page of {count} bytes or values is too large").into())
    })
}
