//! Pictures: what a file is by its content, and the small copies that are shown instead of it.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use zhibu_core::{Error, Result};

/// The most pixels a picture may have: what it takes in memory follows from them and not from the file's length.
pub const PIXELS: u64 = 50_000_000;
/// The longest side in pixels.
const SIDE: u32 = 30_000;
/// The most bytes of a picture unpacked.
const MEMORY: u64 = 256 * 1024 * 1024;
/// Of JPEG copies, of 100.
const QUALITY: u8 = 82;
/// How far from its end a complete JPEG says that it ends; some cameras put something behind.
const TAIL: u64 = 64 * 1024;

/// A picture that was looked through.
#[derive(Debug)]
pub struct Copies {
    /// Pixels from left to right, as it is meant to be seen.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// JPEGs within the boxes that were asked for, in their order, with nothing of the file but its pixels.
    pub jpegs: Vec<Vec<u8>>,
}

/// Makes copies within boxes (the largest first) of a JPEG or PNG file, whatever its name says. Blocks.
pub fn copies(path: &Path, boxes: &[(u32, u32)]) -> Result<Copies> {
    let mut file = File::open(path).map_err(Error::bug)?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) = (Some(SIDE), Some(SIDE), Some(MEMORY));
    let mut reader = ImageReader::new(BufReader::new(file.try_clone().map_err(Error::bug)?));
    reader.limits(limits);
    let reader = reader.with_guessed_format().map_err(Error::bug)?;
    match reader.format() {
        Some(ImageFormat::Png) => {}
        Some(ImageFormat::Jpeg) if ends(&mut file)? => {}
        Some(ImageFormat::Jpeg) => return Err(broken("no end")),
        _ => {
            return Err(
                Error::refuse("PICTURE_TYPE", "文件内容不是 JPG 或 PNG 图片，请另存为这两种格式后再上传").at("file")
            );
        }
    }
    file.rewind().map_err(Error::bug)?;
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        return Err(too_large());
    }
    let turn = decoder.orientation().map_err(fault)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(fault)?;
    let mut jpegs = Vec::new();
    let mut seen = (width, height);
    for (at, (wide, high)) in boxes.iter().enumerate() {
        // The box is meant for the picture as it is seen; a bit more before turning does no harm.
        let (wide, high) = if at == 0 { (*wide.max(high), *high.max(wide)) } else { (*wide, *high) };
        picture = within(picture, wide, high);
        if at == 0 {
            picture = flat(&picture);
            let before = (picture.width(), picture.height());
            picture.apply_orientation(turn);
            if (picture.width(), picture.height()) != before && before.0 != before.1 {
                seen = (height, width);
            }
            let (wide, high) = boxes.first().copied().unwrap_or(before);
            picture = within(picture, wide, high);
        }
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&picture).map_err(Error::bug)?;
        jpegs.push(jpeg);
    }
    Ok(Copies { width: seen.0, height: seen.1, jpegs })
}

/// Whether a JPEG ends as one; the decoder would fill up what is missing with grey.
fn ends(file: &mut File) -> Result<bool> {
    let length = file.metadata().map_err(Error::bug)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).map_err(Error::bug)?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail).map_err(Error::bug)?;
    Ok(tail.windows(2).any(|pair| pair == [0xff, 0xd9]))
}

fn within(picture: DynamicImage, wide: u32, high: u32) -> DynamicImage {
    if picture.width() <= wide && picture.height() <= high { picture } else { picture.thumbnail(wide, high) }
}

/// Without transparency, which JPEG does not have: what shines through is white.
fn flat(picture: &DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.to_rgb8());
    }
    let whole = picture.to_rgba8();
    let mut out = RgbImage::new(whole.width(), whole.height());
    for (to, from) in out.pixels_mut().zip(whole.pixels()) {
        let [red, green, blue, alpha] = from.0;
        let mix = |of: u8| {
            let mixed = (u16::from(of) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        *to = Rgb([mix(red), mix(green), mix(blue)]);
    }
    DynamicImage::ImageRgb8(out)
}

fn fault(error: image::ImageError) -> Error {
    match error {
        image::ImageError::Limits(_) => too_large(),
        other => broken(&other.to_string()),
    }
}

fn broken(why: &str) -> Error {
    tracing::debug!(why, "a picture could not be read");
    Error::refuse("PICTURE_BROKEN", "图片不完整或已损坏，请打开检查后重新导出再上传").at("file")
}

fn too_large() -> Error {
    let words = "图片的像素过多（最多5000万像素，单边不超过30000），请缩小后再上传";
    Error::refuse("PICTURE_PIXELS", words).at("file")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::Rgba;

    use super::*;

    fn look(name: &str, bytes: &[u8]) -> Result<Copies> {
        let path = std::env::temp_dir().join(format!("zhibu-picture-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let copies = copies(&path, &[(1600, 3200), (750, 1600)]);
        std::fs::remove_file(path).unwrap();
        copies
    }

    fn noise(width: u32, height: u32) -> DynamicImage {
        let at = |x: u32, y: u32| u8::try_from((x * 31 + y * 17) % 251).unwrap();
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| Rgb([at(x, y), at(y, x), at(x + y, 3)])))
    }

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn code(result: Result<Copies>) -> &'static str {
        result.unwrap_err().code
    }

    /// A PNG that says how large it is and has nothing behind.
    fn claims(width: u32, height: u32) -> Vec<u8> {
        let mut header = b"IHDR".to_vec();
        header.extend(width.to_be_bytes().into_iter().chain(height.to_be_bytes()));
        header.extend([8, 6, 0, 0, 0]);
        let mut crc = u32::MAX;
        for byte in &header {
            crc ^= u32::from(*byte);
            (0..8).for_each(|_| crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 });
        }
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
        file.extend(header.into_iter().chain((!crc).to_be_bytes()).chain(*b"\0\0\0\0IDAT\x35\xaf\x06\x1e"));
        file
    }

    #[test]
    fn pc_2_7_copies_are_bounded_jpegs_whatever_came_in() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let seen = look("large", &encoded(&noise(2400, 1200), format)).unwrap();
            assert_eq!((seen.width, seen.height), (2400, 1200));
            let sizes =
                seen.jpegs.iter().map(|jpeg| image::load_from_memory(jpeg).unwrap()).map(|p| (p.width(), p.height()));
            assert_eq!(sizes.collect::<Vec<_>>(), [(1600, 800), (750, 375)]);
            assert!(seen.jpegs.iter().all(|jpeg| image::guess_format(jpeg).unwrap() == ImageFormat::Jpeg));
        }
        let small = look("small", &encoded(&noise(10, 20), ImageFormat::Png)).unwrap();
        assert_eq!(image::load_from_memory(&small.jpegs[1]).unwrap().height(), 20, "nothing is blown up");
        let clear = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0])));
        let clear = look("clear", &encoded(&clear, ImageFormat::Png)).unwrap();
        assert_eq!(image::load_from_memory(&clear.jpegs[0]).unwrap().to_rgb8().get_pixel(4, 4).0, [255; 3]);
    }

    #[test]
    fn pc_2_2_a_photograph_stands_upright() {
        let mut jpeg = encoded(&noise(64, 32), ImageFormat::Jpeg);
        // Orientation 6: to be turned by a quarter.
        let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        jpeg.splice(2..2, exif.iter().copied());
        let seen = look("turned", &jpeg).unwrap();
        assert_eq!((seen.width, seen.height), (32, 64));
        assert_eq!(image::load_from_memory(&seen.jpegs[0]).unwrap().height(), 64);
    }

    #[test]
    fn pc_2_2_what_is_no_picture_is_refused_whatever_it_is_called() {
        let program = [b"MZ\x90\0".as_slice(), &[0; 600]].concat();
        let drawing = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
        for bytes in [program, drawing, b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), Vec::new()] {
            assert_eq!(code(look("lie.png", &bytes)), "PICTURE_TYPE");
        }
    }

    #[test]
    fn pc_2_2_what_would_unpack_to_too_much_is_refused_before_it_is_unpacked() {
        for (width, height) in [(30_000, 30_000), (60_000, 1), (7_072, 7_072)] {
            assert_eq!(code(look("bomb", &claims(width, height))), "PICTURE_PIXELS", "{width}×{height}");
        }
        assert_eq!(code(look("empty", &claims(7_000, 7_000))), "PICTURE_BROKEN", "within the limit, but empty");
    }

    #[test]
    fn pc_2_2_half_a_picture_is_refused() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let whole = encoded(&noise(400, 400), format);
            assert_eq!(code(look("half", &whole[..whole.len() / 2])), "PICTURE_BROKEN", "{format:?}");
        }
    }
}
