"""Functions of images: the table of contents."""

from lurnet.ops.image.color import hsv_to_rgb as hsv_to_rgb
from lurnet.ops.image.color import rgb_to_grayscale as rgb_to_grayscale
from lurnet.ops.image.color import rgb_to_hsv as rgb_to_hsv
from lurnet.ops.image.filtering import extract_patches as extract_patches
from lurnet.ops.image.filtering import extract_patches_3d as extract_patches_3d
from lurnet.ops.image.filtering import gaussian_blur as gaussian_blur
from lurnet.ops.image.filtering import sobel_edges as sobel_edges
from lurnet.ops.image.filtering import ssim as ssim
from lurnet.ops.image.resizing import crop_images as crop_images
from lurnet.ops.image.resizing import pad_images as pad_images
from lurnet.ops.image.resizing import resize as resize
from lurnet.ops.image.resizing import scale_and_translate as scale_and_translate
from lurnet.ops.image.warping import affine_transform as affine_transform
from lurnet.ops.image.warping import elastic_transform as elastic_transform
from lurnet.ops.image.warping import map_coordinates as map_coordinates
from lurnet.ops.image.warping import perspective_transform as perspective_transform
